package detect

import "testing"

// TestInternalHostname: names below an organisation's domains are certain, those that no public server answers for in doubt;
// what every machine has, and what only looks like a name, is none.
func TestInternalHostname(t *testing.T) {
	own, err := Default().WithDomains("acme.example", "acme.co.jp")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, text, host string
		confidence       Confidence
	}{
		{"", "ssh db-7.acme.example", "db-7.acme.example", ConfidenceMedium},
		{"", "https://Wiki.ACME.example:8443/x", "Wiki.ACME.example", ConfidenceMedium},
		{"", "a.b.c.acme.co.jp.", "a.b.c.acme.co.jp", ConfidenceMedium},
		{"a.go", `dial("db-7.acme.example:5432")`, "db-7.acme.example", ConfidenceMedium},
		{"", "{\"log\":\"x\\ndb-7.acme.example is down\"}", "db-7.acme.example", ConfidenceMedium},
		{"", "grafana.ops.corp", "grafana.ops.corp", ConfidenceLow},
		{"", "orders.shop.svc.cluster.local", "orders.shop.svc.cluster.local", ConfidenceLow},
		{"a.yaml", "host: pg.prod.internal", "pg.prod.internal", ConfidenceLow},
		{"", "www.acme.example is for everybody", "", 0},
		{"", "acme.example alone", "", 0},
		{"", "db.notacme.example", "", 0},
		{"", "db-7.acme.example.org", "", 0},
		{"", "db-7.acme.example_x", "", 0},
		{"", "curl http://metadata.google.internal/", "", 0},
		{"", "http://host.docker.internal:7500", "", 0},
		{"a.go", "pkg.internal.call()", "", 0},
		{"a.js", "window.lan = config.intra", "", 0},
	} {
		var found []Finding
		for _, f := range own.Find(c.path, []byte(c.text)) {
			if f.Rule.ID == InternalHostname {
				found = append(found, f)
			}
		}
		switch {
		case c.host == "" && len(found) == 0:
		case len(found) != 1 || c.text[found[0].Start:found[0].End] != c.host || found[0].Confidence != c.confidence:
			t.Errorf("%q gives %v, want %q, %v", c.text, found, c.host, c.confidence)
		}
	}
	if found := Default().Find("", []byte("ssh db-7.acme.example")); len(found) > 0 {
		t.Errorf("without the domain: %v", ids(found))
	}
}
