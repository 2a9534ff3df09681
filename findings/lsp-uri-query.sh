#!/usr/bin/env bash
# go.lsp.dev/uri v1.0.1 (URIs for language servers in Go) gives a URI with a sign of equality in its query back in other
# letters, though the sign may stand there as it is: Java's editors name the files within archives so. An editor compares URIs byte for
# byte, so that a server which answers with the parsed URI speaks of a file that the editor does not have open.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > main.go <<'GO'
package main

import (
	"fmt"

	"go.lsp.dev/uri"
)

func main() {
	for _, s := range []string{"file:///a%20b/c.go", "jdt://contents/rt.jar/java.lang/Object.class?=rt"} {
		u, err := uri.Parse(s)
		fmt.Println(s, u, err)
	}
}
GO
go mod init finding >/dev/null 2>&1
go get go.lsp.dev/uri@v1.0.1 >/dev/null 2>&1
said=$(go run .)
echo "$said"
[ "$said" = 'file:///a%20b/c.go file:///a%20b/c.go <nil>
jdt://contents/rt.jar/java.lang/Object.class?=rt jdt://contents/rt.jar/java.lang/Object.class?%3Drt <nil>' ]
