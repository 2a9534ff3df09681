package daemon

import (
	"encoding/base64"
	"path/filepath"
)

// credentialsOf are files as tools and people write them, and what their programs take for the secrets: none has a form,
// and a reader of another kind would take each for something else.
func credentialsOf(home, folder, elsewhere string) []struct {
	path, text string
	values     []string
} {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	in := func(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	return []struct {
		path, text string
		values     []string
	}{
		{in(folder, ".env"), "A_PASSWORD=mint1#harbor\nB_PASSWORD=\"fern2\\\"harbor\"\nC_PASSWORD='lily3'harbor\nD_TOKEN=\"rose4harbor\nsage5harbor\"\nE_TOKEN=oak6$$harbor\nF_SECRET=elm7\\\nharbor\nexport G_SECRET=$'ash8\\x2dharbor'\nH_URL=postgres://app:yew%409harbor@db/x\n",
			[]string{"mint1#harbor", `fern2"harbor`, "lily3harbor", "rose4harbor\nsage5harbor", "oak6$harbor", "elm7harbor", "ash8-harbor", "yew@9harbor"}},
		{in(home, ".npmrc"), "//r.acme.dev/:_authToken=mint1;npm\n//r.acme.dev/:_password=" + b64("fern2-npm") + "\n", []string{"mint1;npm", "fern2-npm", b64("fern2-npm")}},
		{in(home, ".config/pip/pip.conf"), "[global]\nindex-url =\n  https://jay:mint1%2fpip@pypi.acme.dev/simple\n", []string{"mint1/pip", "mint1%2fpip"}},
		{in(home, ".authinfo"), "machine imap.acme.dev\tlogin jay\n\tpassword \"mint harbor authinfo\" port 993\n", []string{"mint harbor authinfo"}},
		{in(home, ".pg_service.conf"), "[prod]\nuser=app\npassword=lilac-harbor-service\n", []string{"lilac-harbor-service"}},
		{in(home, "AppData/Roaming/postgresql/pgpass.conf"), "db:5432:app:jay:mint\\:1\\pg \nlocalhost:5432:app:postgres:postgres\nlocalhost:5432:app:app:ordinary\n", []string{"mint:1pg ", `mint\:1\pg`}},
		{in(home, ".git-credentials"), "https://jay-harbor-7:mint%3A1+git@git.acme.dev\n", []string{"mint:1+git", "mint%3A1+git"}},
		{in(home, ".config/git/credentials"), "https://q8Zr2Lw9:x-oauth-basic@git.acme.dev\n", []string{"q8Zr2Lw9"}},
		{in(home, ".aws/sso/cache/0a.json"), `{"accessToken":"mint1-sso-token"}`, []string{"mint1-sso-token"}},
		{in(home, ".aws/cli/cache/0b.json"), `{"Credentials":{"SecretAccessKey":"fern2/cli+key","SessionToken":"lily3-cli-token"}}`, []string{"fern2/cli+key", "lily3-cli-token"}},
		{in(home, ".config/gcloud/legacy_credentials/jay@acme.dev/adc.json"), `{"refresh_token":"mint1-adc-token"}`, []string{"mint1-adc-token"}},
		{in(home, ".gradle/gradle.properties"), "nexusPassword mint\\:1\\u0041\\\n    gradle\n", []string{"mint:1Agradle"}},
		{in(home, ".m2/settings.xml"), "<settings><servers><server><password>\n<![CDATA[mint<1]]>&amp;maven\n</password></server></servers></settings>", []string{"mint<1&maven"}},
		{in(home, ".docker/config.json"), `{"auths":{"r.acme.dev":{"auth":"` + b64("jay:mint1:docker") + `"}}}`, []string{"mint1:docker", b64("jay:mint1:docker")}},
		{in(home, ".curlrc"), "user = \"jay:mint\\\"1curl\"\n", []string{`mint"1curl`}},
		{in(home, ".terraformrc"), "credentials \"app.acme.dev\" { token = \"mint1-terraform\" }\n", []string{"mint1-terraform"}},
		{in(home, ".bundle/config"), "---\nBUNDLE_GEMS__ACME__DEV: \"jay:mint1-bundle\"\n", []string{"mint1-bundle"}},
		{in(home, ".rediscli_auth"), "mint1-redis\n", []string{"mint1-redis"}},
		{in(elsewhere, "kube/config"), "users: [{name: jay, user: {tokenFile: run/token, token: fern2-kube-token}}]\n", []string{"fern2-kube-token"}},
		{in(elsewhere, "kube/run/token"), "mint1-kube-token\n", []string{"mint1-kube-token"}},
		{in(elsewhere, "cargo/credentials"), "[registry]\ntoken = \"mint1-cargo\"\n", []string{"mint1-cargo"}},
	}
}
