package pointer

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// AWS Secrets Manager, in the form that the Go CDK has for it. A secret is a text, or an object whose fields are the values.
var awsStore = store{
	scheme: "awssecretsmanager", title: "AWS Secrets Manager", program: "aws", form: "awssecretsmanager://NAME or an ARN, then ?region=REGION, then #FIELD of an object",
	parse: func(rest string) (p place, ok bool) {
		p.item, p.field, ok = strings.Cut(rest, "#")
		if ok && p.field == "" {
			return place{}, false
		}
		name, query, asked := strings.Cut(p.item, "?")
		if p.item = name; asked {
			values, err := url.ParseQuery(query)
			if p.region = values.Get("region"); err != nil || len(values) != 1 || p.region == "" {
				return place{}, false
			}
		}
		return p, p.item != ""
	},
	read: func(ctx context.Context, m Machine, p place) ([]byte, error) {
		out, err := m.run(ctx, nil, "aws", p.inRegion("secretsmanager", "get-secret-value", "--secret-id", p.item, "--output", "json")...)
		if err != nil {
			return nil, err
		}
		var secret struct{ SecretString *string }
		if json.Unmarshal(out, &secret) != nil || secret.SecretString == nil {
			return nil, errors.New("there is no text there")
		}
		if p.field == "" {
			return []byte(*secret.SecretString), nil
		}
		var fields map[string]any
		if json.Unmarshal([]byte(*secret.SecretString), &fields) != nil {
			return nil, errors.New("the secret is no object, so it has no fields")
		}
		text, ok := fields[p.field].(string)
		if !ok {
			return nil, errors.New("the secret has no text in a field of this name")
		}
		return []byte(text), nil
	},
	keep: func(ctx context.Context, m Machine, p place, value []byte) error {
		// It refuses a name that there is.
		_, err := m.run(ctx, value, "aws", p.inRegion("secretsmanager", "create-secret", "--name", p.item, "--secret-string", "file:///dev/stdin", "--output", "json")...)
		return err
	},
	usual: func(m Machine) string {
		for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"} {
			if m.getenv(name) != "" {
				return m.folder()
			}
		}
		return ""
	},
	name: func(where, name string) string { return "awssecretsmanager://" + where + "/" + name },
	cure: "aws sts get-caller-identity says who you are; aws sso login signs in",
}

func (p place) inRegion(args ...string) []string {
	if p.region != "" {
		args = append(args, "--region", p.region)
	}
	return args
}
