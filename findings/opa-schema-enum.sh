#!/usr/bin/env bash
# OPA v1.22.0 checks the types of a policy against a JSON schema of its input, and does not look at the schema's enum: a part of the
# input that is misspelt is refused, a value that the part can never have is not. The rule then never holds, and says
# nothing. Who wants that refused has to compare the texts with the enum.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

func main() {
	schema := map[string]any{"type": "object", "additionalProperties": false,
		"properties": map[string]any{"kind": map[string]any{"type": "string", "enum": []any{"public", "private"}}}}
	for _, condition := range []string{`input.kidn == "public"`, `input.kind == 7`, `input.kind == "pubic"`} {
		set := ast.NewSchemaSet()
		set.Put(ast.SchemaRootRef, schema)
		m, err := ast.ParseModule("a.rego", "package a\n\nforbid if "+condition+"\n")
		if err != nil {
			panic(err)
		}
		c := ast.NewCompiler().WithSchemas(set).WithStrict(true)
		c.Compile(map[string]*ast.Module{"a.rego": m})
		fmt.Printf("%s is refused: %v\n", condition, c.Failed())
	}
}
GO
go mod init finding >/dev/null 2>&1
go get github.com/open-policy-agent/opa@v1.22.0 >/dev/null 2>&1
said=$(go run .)
echo "$said"
[ "$said" = 'input.kidn == "public" is refused: true
input.kind == 7 is refused: true
input.kind == "pubic" is refused: false' ]
