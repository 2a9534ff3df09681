package credentials

import (
	"path"
	"slices"
	"strings"
)

// Place is where a tool keeps what it logs in with: a file, or a directory whose files are all of the format.
type Place struct {
	Path      string // with slashes
	Format    Format
	Directory bool
}

// Home are the places below the home directory.
var Home = slices.Concat([]Place{
	{Path: ".env", Format: Env},
	{Path: ".npmrc", Format: INI}, {Path: ".yarnrc.yml", Format: YAML}, {Path: ".pypirc", Format: INI}, {Path: ".pip/pip.conf", Format: INI},
	{Path: ".netrc", Format: Netrc}, {Path: "_netrc", Format: Netrc}, {Path: ".authinfo", Format: Netrc},
	{Path: ".curlrc", Format: Curlrc}, {Path: "_curlrc", Format: Curlrc}, {Path: ".wgetrc", Format: INI},
	{Path: ".pgpass", Format: Pgpass}, {Path: ".pg_service.conf", Format: INI}, {Path: ".my.cnf", Format: INI}, {Path: ".rediscli_auth", Format: Token},
	{Path: ".git-credentials", Format: GitCredentials}, {Path: ".vault-token", Format: Token}, {Path: ".s3cfg", Format: INI}, {Path: ".boto", Format: INI},
	{Path: ".kube/config", Format: YAML}, {Path: ".docker/config.json", Format: JSON}, {Path: ".dockercfg", Format: JSON},
	{Path: ".aws/credentials", Format: INI}, {Path: ".aws/config", Format: INI},
	{Path: ".aws/sso/cache", Format: JSON, Directory: true}, {Path: ".aws/cli/cache", Format: JSON, Directory: true},
	{Path: ".azure/accessTokens.json", Format: JSON}, {Path: ".azure/msal_token_cache.json", Format: JSON},
	{Path: ".terraform.d/credentials.tfrc.json", Format: JSON}, {Path: ".terraformrc", Format: HCL},
	{Path: ".cargo/credentials.toml", Format: TOML}, {Path: ".cargo/credentials", Format: TOML},
	{Path: ".gem/credentials", Format: YAML}, {Path: ".bundle/config", Format: YAML},
	{Path: ".m2/settings.xml", Format: XML}, {Path: ".m2/settings-security.xml", Format: XML}, {Path: ".gradle/gradle.properties", Format: Properties},
	{Path: ".nuget/NuGet/NuGet.Config", Format: XML}, {Path: ".composer/auth.json", Format: JSON},
	{Path: ".databrickscfg", Format: INI}, {Path: ".snowflake/config.toml", Format: TOML}, {Path: ".fly/config.yml", Format: YAML},
	{Path: ".huggingface/token", Format: Token}, {Path: ".cache/huggingface/token", Format: Token}, {Path: ".ngrok2/ngrok.yml", Format: YAML},
	{Path: ".codex/auth.json", Format: JSON}, {Path: ".claude/.credentials.json", Format: JSON}, {Path: ".gemini/oauth_creds.json", Format: JSON},
	{Path: ".local/share/opencode/auth.json", Format: JSON},
	{Path: "AppData/Roaming/postgresql/pgpass.conf", Format: Pgpass}, {Path: "AppData/Roaming/postgresql/.pg_service.conf", Format: INI},
	{Path: "AppData/Roaming/pip/pip.ini", Format: INI}, {Path: "AppData/Roaming/NuGet/NuGet.Config", Format: XML},
	{Path: "AppData/Roaming/terraform.rc", Format: HCL}, {Path: "AppData/Roaming/Composer/auth.json", Format: JSON},
}, Below(".config", config), Below(".config/gcloud", gcloud), Below("AppData/Roaming/gcloud", gcloud))

// config are the places below ~/.config, or wherever XDG_CONFIG_HOME says.
var config = []Place{
	{Path: "git/credentials", Format: GitCredentials}, {Path: "pip/pip.conf", Format: INI}, {Path: "composer/auth.json", Format: JSON},
	{Path: "gh/hosts.yml", Format: YAML}, {Path: "glab-cli/config.yml", Format: YAML}, {Path: "hub", Format: YAML}, {Path: "doctl/config.yaml", Format: YAML},
	{Path: "containers/auth.json", Format: JSON}, {Path: "rclone/rclone.conf", Format: INI}, {Path: "NuGet/NuGet.Config", Format: XML},
	{Path: "ngrok/ngrok.yml", Format: YAML}, {Path: "curlrc", Format: Curlrc},
}

var gcloud = []Place{
	{Path: "application_default_credentials.json", Format: JSON},
	{Path: "legacy_credentials", Format: JSON, Directory: true},
}

// Variable names a place of its own: a file, several, or the directory below which the places stand.
type Variable struct {
	Name   string
	Format Format  // of the file
	Below  []Place // or what stands below the directory
}

// Variables are heeded wherever they are set: in the daemon, and in what scrubjay run starts.
var Variables = []Variable{
	{Name: "NPM_CONFIG_USERCONFIG", Format: INI}, {Name: "npm_config_userconfig", Format: INI}, {Name: "PIP_CONFIG_FILE", Format: INI},
	{Name: "NETRC", Format: Netrc}, {Name: "WGETRC", Format: INI},
	{Name: "PGPASSFILE", Format: Pgpass}, {Name: "PGSERVICEFILE", Format: INI}, {Name: "BOTO_CONFIG", Format: INI},
	{Name: "AWS_SHARED_CREDENTIALS_FILE", Format: INI}, {Name: "AWS_CONFIG_FILE", Format: INI}, {Name: "AWS_WEB_IDENTITY_TOKEN_FILE", Format: Token},
	{Name: "GOOGLE_APPLICATION_CREDENTIALS", Format: JSON}, {Name: "KUBECONFIG", Format: YAML},
	{Name: "TF_CLI_CONFIG_FILE", Format: HCL}, {Name: "REGISTRY_AUTH_FILE", Format: JSON}, {Name: "RCLONE_CONFIG", Format: INI},
	{Name: "DATABRICKS_CONFIG_FILE", Format: INI}, {Name: "HF_TOKEN_PATH", Format: Token}, {Name: "BUNDLE_USER_CONFIG", Format: YAML},
	{Name: "XDG_CONFIG_HOME", Below: config}, {Name: "CLOUDSDK_CONFIG", Below: gcloud},
	{Name: "DOCKER_CONFIG", Below: []Place{{Path: "config.json", Format: JSON}}},
	{Name: "CARGO_HOME", Below: []Place{{Path: "credentials.toml", Format: TOML}, {Path: "credentials", Format: TOML}}},
	{Name: "GRADLE_USER_HOME", Below: []Place{{Path: "gradle.properties", Format: Properties}}},
	{Name: "COMPOSER_HOME", Below: []Place{{Path: "auth.json", Format: JSON}}},
	{Name: "CURL_HOME", Below: []Place{{Path: ".curlrc", Format: Curlrc}, {Path: "_curlrc", Format: Curlrc}}},
	{Name: "BUNDLE_USER_HOME", Below: []Place{{Path: "config", Format: YAML}}},
	{Name: "BUNDLE_APP_CONFIG", Below: []Place{{Path: "config", Format: YAML}}},
	{Name: "GH_CONFIG_DIR", Below: []Place{{Path: "hosts.yml", Format: YAML}}},
	{Name: "AZURE_CONFIG_DIR", Below: []Place{{Path: "accessTokens.json", Format: JSON}, {Path: "msal_token_cache.json", Format: JSON}}},
	{Name: "HF_HOME", Below: []Place{{Path: "token", Format: Token}}},
	{Name: "CODEX_HOME", Below: []Place{{Path: "auth.json", Format: JSON}}},
	{Name: "CLAUDE_CONFIG_DIR", Below: []Place{{Path: ".credentials.json", Format: JSON}}},
}

// Below are places below a directory.
func Below(dir string, places []Place) []Place {
	places = slices.Clone(places)
	for i := range places {
		places[i].Path = path.Join(dir, places[i].Path)
	}
	return places
}

// IsEnv tells .env, .env.local, .envrc and prod.env from .env.example, which holds no secret.
func IsEnv(name string) bool {
	if !strings.HasPrefix(name, ".env") && !strings.HasSuffix(name, ".env") {
		return false
	}
	for _, ending := range []string{".example", ".sample", ".template", ".dist", ".tpl"} {
		if strings.Contains(name, ending) {
			return false
		}
	}
	return true
}
