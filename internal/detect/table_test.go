package detect

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTables: a value is judged by the name of its column.
func TestTables(t *testing.T) {
	const password, other = "Tr7#kq9Lm2", "wX8!pq4ZsL"
	for name, c := range map[string]struct {
		path, text string
	}{
		"csv":             {"users.csv", "id,user,password\n1,jay,Tr7#kq9Lm2\n2,kay,\"wX8!pq4ZsL\"\n"},
		"semicolons":      {"users.csv", "\ufeff\"id\";\"password\"\r\n1;Tr7#kq9Lm2\r\n2;wX8!pq4ZsL\r\n"},
		"tabs":            {"users.tsv", "id\tpassword\n1\tTr7#kq9Lm2\n2\twX8!pq4ZsL"},
		"without a name":  {"", "id,user,password\n1,jay,Tr7#kq9Lm2\n2,kay,wX8!pq4ZsL\n"},
		"insert":          {"dump.sql", "INSERT INTO users (id, `user`, password) VALUES\n (1, 'jay', 'Tr7#kq9Lm2'),\n (2, 'ka''y', 'wX8!pq4ZsL');\n"},
		"copy":            {"dump.sql", "COPY public.users (id, name, password) FROM stdin;\n1\tjay\tTr7#kq9Lm2\n2\tkay\twX8!pq4ZsL\n\\.\n"},
		"markdown":        {"README.md", "| user | password |\n|------|:--------:|\n| jay | Tr7#kq9Lm2 |\n| kay | wX8!pq4ZsL |\n\nend"},
		"psql":            {"out.txt", " id | name | password \n----+------+----------\n  1 | jay  | Tr7#kq9Lm2\n  2 | kay  | wX8!pq4ZsL\n(2 rows)\n"},
		"mysql":           {"out.log", "+----+------------+\n| id | password   |\n+----+------------+\n|  1 | Tr7#kq9Lm2 |\n|  2 | wX8!pq4ZsL |\n+----+------------+\n"},
		"pgpass":          {".pgpass", "db.acme.dev:6543:a:jay:Tr7#kq9Lm2\n*:*:*:kay:wX8!pq4ZsL\n"},
		"a field in more": {"users.csv", "name,password\n\"a, \"\"b\"\"\",Tr7#kq9Lm2\nx,wX8!pq4ZsL\n"},
	} {
		var values []string
		for _, f := range Default().Find(c.path, []byte(c.text)) {
			values = append(values, c.text[f.Start:f.End])
		}
		if !slices.Equal(values, []string{password, other}) {
			t.Errorf("%s: %q", name, values)
		}
	}
	for name, c := range map[string]struct {
		path, text string
	}{
		"no header":   {"", "one,two,three and more of it!\nTr7#kq9Lm2,wX8!pq4ZsL,x\n"},
		"dummies":     {"users.csv", "id,password\n1,changeme\n2,\n3,********\n"},
		"no secrets":  {"x.csv", "id,colour\n1,Tr7#kq9Lm2\n"},
		"other names": {"x.md", "| user | colour |\n|---|---|\n| jay | Tr7#kq9Lm2 |\n"},
	} {
		if found := Default().Find(c.path, []byte(c.text)); len(found) > 0 {
			t.Errorf("%s: %v", name, ids(found))
		}
	}
}

// TestColumnNames: a column may be called what a rule finds. It stands in the header, once, and in no row.
func TestColumnNames(t *testing.T) {
	name := madeUp(rand.New(rand.NewPCG(13, 14)))
	text := "id," + name + "\n1,plain\n3,other\n"
	found := Default().Find("users.csv", []byte(text))
	if len(found) != 1 || text[found[0].Start:found[0].End] != name {
		t.Errorf("found %v", found)
	}
}
