package allow

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func from(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestHosts(t *testing.T) {
	l, err := Read(from(map[string]string{HostsVar: "Gateway.example.com, other.example.com:8443,,10.0.0.1,[2001:db8::1],[2001:db8::2]:9"}), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		host, port string
		want       bool
	}{
		{"gateway.example.com", "", true},
		{"GATEWAY.example.com", "443", true},
		{"gateway.example.com", "8443", false},
		{"x.gateway.example.com", "", false},
		{"gateway.example.com.", "", false},
		{"other.example.com", "8443", true},
		{"other.example.com", "", false},
		{"10.0.0.1", "", true},
		{"2001:db8::1", "", true},
		{"2001:db8::2", "9", true},
		{"2001:db8::2", "", false},
		{"", "", false},
	} {
		if got := l.AllowsHost(tt.host, tt.port); got != tt.want {
			t.Errorf("%s port %q: %v", tt.host, tt.port, got)
		}
	}
	if (Lists{}).AllowsHost("gateway.example.com", "") {
		t.Error("nothing is allowed, and a host is")
	}
}

func TestWrongEntries(t *testing.T) {
	for list, entries := range map[string][]string{
		HostsVar: {"https://x.example.com", "x.example.com/", "*.example.com", "u@x", "x:0", "x:99999", "x:y", "2001:db8::1", "[2001:db8::1", "a b", ".x", "x;id"},
		EnvVar:   {"AWS_*", "A=b", "${A}", "A B"},
		FilesVar: {"secrets", "./secrets/", "~/secrets"},
	} {
		for _, entry := range entries {
			if _, err := Read(from(map[string]string{list: entry}), ""); err == nil || !strings.Contains(err.Error(), list) {
				t.Errorf("%s=%s: %v", list, entry, err)
			}
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "allow")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if l, err := Read(from(nil), path); err != nil || len(l.Hosts) > 0 {
		t.Errorf("without a file: %v, %v", l, err)
	}
	write("AEPFLOW_ALLOW_HOSTS=a.example.com\n# mine\nAEPFLOW_ALLOW_ENV='A,B'\n", 0o600)
	l, err := Read(from(map[string]string{HostsVar: "b.example.com"}), path)
	if err != nil || !l.AllowsHost("a.example.com", "") || !l.AllowsHost("b.example.com", "") || !l.AllowsEnv("B") || l.AllowsEnv("b") {
		t.Errorf("got %v, %v", l, err)
	}
	for _, text := range []string{"AEPFLOW_ALLOW_HOST=x", "AEPFLOW_ALLOW_HOSTS", "AEPFLOW_ALLOW_HOSTS=https://x", strings.Repeat("#\n", maxFile/2+1)} {
		write(text, 0o600)
		if _, err := Read(from(nil), path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	if _, err := Read(from(nil), filepath.Dir(path)); err == nil {
		t.Error("a folder is read")
	}
	if runtime.GOOS == "windows" {
		return
	}
	for mode, fine := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o620: false, 0o604: false, 0o602: false, 0o601: false} {
		write("", mode)
		if _, err := Read(from(nil), path); (err == nil) != fine {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder") + string(filepath.Separator)
	l, err := Read(from(map[string]string{FilesVar: filepath.Join(dir, "x", "..", "file") + "," + folder}), "")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"file": true, "file2": false, "file/x": false, "folder": false, "folder/a": true, "folder/a/b": true, "folder/../b": false, "folder2/a": false, "": false,
	} {
		if got := l.AllowsFile(filepath.Join(dir, filepath.FromSlash(path))); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestOwnerOf(t *testing.T) {
	for _, name := range []string{
		"AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "IMS_OAUTH_S2S_CLIENT_SECRET", "SSH_AUTH_SOCK",
		"AZURE_CLIENT_SECRET", "GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG", "NPM_TOKEN", "npm_config__auth", "DOCKER_AUTH_CONFIG", "CI_JOB_TOKEN",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "VAULT_TOKEN", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "HOME", "PATH", "Path", "USER", "AEPFLOW_LOG", "https_proxy",
	} {
		if owner, ok := OwnerOf(name); !ok || owner == "" {
			t.Errorf("%s belongs to %q", name, owner)
		}
	}
	for _, name := range []string{
		"CRM_DB_PASSWORD", "PGPASSWORD", "DATABASE_URL", "SHOP_PASSWORD", "SNOWFLAKE_PASSWORD", "SALESFORCE_SECURITY_TOKEN", "MAILCHIMP_API_KEY", "TOKEN",
		"PASSWORD", "USER_PASSWORD", "HOME_DB", "PATH_TO_KEY", "CICERO_PASSWORD", "TERMINAL_DB_PASSWORD", "MY_AWS_KEY", "",
	} {
		if owner, ok := OwnerOf(name); ok {
			t.Errorf("%s belongs to %s", name, owner)
		}
	}
}
