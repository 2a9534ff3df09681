package opa

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/scrubjay-dev/scrubjay/internal/detect"
	"github.com/scrubjay-dev/scrubjay/internal/policy"
)

// sampleInput is a query that has something in every place.
var sampleInput = sync.OnceValue(func() any {
	q := canonicalise(policy.Query{Subjects: []policy.Subject{{Class: detect.PII}}, Labels: []string{"label"}, Attachments: []policy.Attachment{policy.Image}}, "")
	q.groups = []string{"group"}
	sample, err := ast.JSON(q.input(time.Unix(0, 0)))
	if err != nil {
		panic(err) // it is ours
	}
	return sample
})

// inputSchema is the shape of input, for OPA's checker of types. It is made of a query, so that the two cannot differ.
func inputSchema() *ast.SchemaSet {
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, schemaOf(sampleInput()))
	return set
}

func schemaOf(sample any) any {
	switch v := sample.(type) {
	case map[string]any:
		properties := map[string]any{}
		for name, value := range v {
			properties[name] = schemaOf(value)
		}
		return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	case []any:
		return map[string]any{"type": "array", "items": schemaOf(v[0])}
	case string:
		return map[string]any{"type": "string"}
	case bool:
		return map[string]any{"type": "boolean"}
	}
	return map[string]any{"type": "number"}
}

// inputAt lists what the input has at a path, in order; nothing if that is no object.
func inputAt(path string) []string {
	at := sampleInput()
	for step := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			if step != "" {
				at = v[step]
			}
		case []any:
			at = v[0]
		}
	}
	object, _ := at.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

// plainly says OPA's errors of a part that the input does not have as ours are said: where, what, and what was meant.
func plainly(found ast.Errors) error {
	var all []error
	for _, e := range found {
		detail, ok := e.Details.(*ast.RefErrInvalidDetail)
		if !ok || e.Location == nil || len(detail.OneOf) == 0 {
			all = append(all, e)
			continue
		}
		part := policy.Vocabulary{What: "part of " + detail.Ref[:detail.Pos].String()}
		for _, n := range detail.OneOf {
			if text, ok := n.(ast.String); ok {
				part.Names = append(part.Names, string(text))
			}
		}
		name, _ := detail.Ref[detail.Pos].Value.(ast.String)
		all = append(all, fmt.Errorf("%s%s", where(e.Location), part.Wrong(string(name))))
	}
	return errors.Join(all...)
}
