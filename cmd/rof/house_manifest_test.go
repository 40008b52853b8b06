package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ragoffire/bot"
)

// What the app asks for, and no more.
var (
	wantScopes = []string{
		"commands", "app_mentions:read", "chat:write", "im:history", "channels:history", "groups:history", "channels:read", "groups:read", "users:read",
		"usergroups:read", "reactions:read", "pins:read", "files:write", "assistant:write", "channels:manage", "groups:write", "bookmarks:write",
	}
	wantEvents = []string{
		"app_mention", "message.im", "app_home_opened", "assistant_thread_started", "assistant_thread_context_changed", "reaction_added", "pin_added",
	}
)

// scopesOf names the scopes without which Slack does not send an event. Its
// schema knows nothing of that.
var scopesOf = map[string][]string{
	"app_mention":                      {"app_mentions:read"},
	"message.im":                       {"im:history"},
	"app_home_opened":                  {},
	"assistant_thread_started":         {"assistant:write"},
	"assistant_thread_context_changed": {"assistant:write"},
	"reaction_added":                   {"reactions:read"},
	"pin_added":                        {"pins:read"},
}

type manifest struct {
	Display struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"display_information"`
	Features struct {
		SlashCommands []struct {
			Command      string `yaml:"command"`
			UsageHint    string `yaml:"usage_hint"`
			ShouldEscape bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Name       string `yaml:"name"`
			Type       string `yaml:"type"`
			CallbackID string `yaml:"callback_id"`
		} `yaml:"shortcuts"`
		AppHome struct {
			Home             bool `yaml:"home_tab_enabled"`
			Messages         bool `yaml:"messages_tab_enabled"`
			MessagesReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		AssistantView *struct {
			Prompts []struct {
				Message string `yaml:"message"`
			} `yaml:"suggested_prompts"`
		} `yaml:"assistant_view"`
	} `yaml:"features"`
	OAuth struct {
		Scopes map[string][]string `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		SocketMode    bool `yaml:"socket_mode_enabled"`
		Interactivity struct {
			Enabled bool `yaml:"is_enabled"`
		} `yaml:"interactivity"`
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
	} `yaml:"settings"`
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	var m manifest
	if err := yaml.Unmarshal(readFile(t, "manifest.yml"), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheManifestAsksForExactlyTheListedScopesAndEvents(t *testing.T) {
	m := readManifest(t)
	for kind := range m.OAuth.Scopes {
		if kind != "bot" {
			t.Errorf("asks for %s scopes", kind)
		}
	}
	for what, pair := range map[string][2][]string{
		"scope": {m.OAuth.Scopes["bot"], wantScopes},
		"event": {m.Settings.Events.Bot, wantEvents},
	} {
		got, want := pair[0], pair[1]
		for i, name := range got {
			if !slices.Contains(want, name) {
				t.Errorf("asks for the %s %s, which is not in the list", what, name)
			} else if slices.Contains(got[:i], name) {
				t.Errorf("asks for the %s %s twice", what, name)
			}
		}
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("does not ask for the %s %s", what, name)
			}
		}
	}
}

func TestEveryEventOfTheManifestHasItsScopes(t *testing.T) {
	m := readManifest(t)
	for _, event := range m.Settings.Events.Bot {
		scopes, known := scopesOf[event]
		if !known {
			t.Errorf("%s: which scopes it needs is not in the table", event)
		}
		for _, scope := range scopes {
			if !slices.Contains(m.OAuth.Scopes["bot"], scope) {
				t.Errorf("%s needs %s, which is not asked for", event, scope)
			}
		}
	}
}

func TestTheManifestWorksWithoutAnAddressOfOurs(t *testing.T) {
	if text := readFile(t, "manifest.yml"); bytes.Contains(text, []byte("_url:")) || bytes.Contains(text, []byte(" url:")) {
		t.Error("names an address; Socket Mode needs none")
	}
	m := readManifest(t)
	if !m.Settings.SocketMode || !m.Settings.Interactivity.Enabled {
		t.Errorf("socket mode %v, interactivity %v; want both", m.Settings.SocketMode, m.Settings.Interactivity.Enabled)
	}
	if home := m.Features.AppHome; !home.Home || !home.Messages || home.MessagesReadOnly {
		t.Errorf("app home %+v; want a home tab and messages that people may answer", home)
	}
	if len(m.Features.SlashCommands) != 1 {
		t.Fatalf("%d slash commands, want one", len(m.Features.SlashCommands))
	}
	if c := m.Features.SlashCommands[0]; c.Command != "/incident" || !c.ShouldEscape || c.UsageHint == "" {
		t.Errorf("slash command %+v", c)
	}
	if len(m.Features.Shortcuts) != 1 {
		t.Fatalf("%d shortcuts, want one", len(m.Features.Shortcuts))
	}
	if s := m.Features.Shortcuts[0]; s.Type != "message" || s.CallbackID != bot.ShortcutID || s.Name != bot.ShortcutName || len(s.Name) > 24 {
		t.Errorf("shortcut %+v", s)
	}
	if len(m.Display.Name) > 35 || len(m.Display.Description) > 140 {
		t.Errorf("name of %d and description of %d letters; Slack takes 35 and 140", len(m.Display.Name), len(m.Display.Description))
	}
	if view := m.Features.AssistantView; view == nil || len(view.Prompts) == 0 || len(view.Prompts) > 4 {
		t.Errorf("assistant view %+v; want one to four suggested prompts", view)
	}
}

// Slack's own schema is not part of the repository. Where it lies beside it,
// the manifest is held against it; the other tests don't need it.
func TestTheManifestFollowsSlacksSchema(t *testing.T) {
	schema, err := os.ReadFile(filepath.Join(root(t), "../shared/slack-manifest.schema.json"))
	if os.IsNotExist(err) {
		t.Log("no schema here; checked against our own tables only")
		return
	} else if err != nil {
		t.Fatal(err)
	}
	validator := compileSchema(t, schema)
	data, err := yaml.YAMLToJSON(readFile(t, "manifest.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := validator.Validate(decode(t, data)); err != nil {
		t.Errorf("manifest.yml: %v", err)
	}
	// A schema that lets everything pass would show nothing.
	for _, wrong := range []struct{ old, new string }{
		{`"command":"/incident"`, `"command":"incident"`},
		{`"type":"message"`, `"type":"messages"`},
		{`"socket_mode_enabled":true`, `"socket_mode_enabled":"yes"`},
		{`"bot_user":`, `"bot_users":`},
	} {
		compact := new(bytes.Buffer)
		if err := json.Compact(compact, data); err != nil {
			t.Fatal(err)
		}
		broken := strings.Replace(compact.String(), wrong.old, wrong.new, 1)
		if broken == compact.String() {
			t.Errorf("nothing to replace: %s", wrong.old)
		} else if err := validator.Validate(decode(t, []byte(broken))); err == nil {
			t.Errorf("accepted with %s", wrong.new)
		}
	}
}

// pattern is a regular expression with lookahead, which Slack's schema uses.
type pattern struct{ *regexp2.Regexp }

func (p pattern) MatchString(s string) bool {
	ok, err := p.Regexp.MatchString(s)
	return err == nil && ok
}

func compileSchema(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		if err != nil {
			return nil, err
		}
		re.MatchTimeout = time.Second
		return pattern{re}, nil
	})
	if err := c.AddResource("manifest.json", decode(t, schema)); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheContainersHoldNoPrivileges(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			ReadOnly    bool              `yaml:"read_only"`
			CapDrop     []string          `yaml:"cap_drop"`
			CapAdd      []string          `yaml:"cap_add"`
			Privileged  bool              `yaml:"privileged"`
			SecurityOpt []string          `yaml:"security_opt"`
			Ports       []string          `yaml:"ports"`
			Environment map[string]string `yaml:"environment"`
			Healthcheck struct {
				Test []string `yaml:"test"`
			} `yaml:"healthcheck"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(readFile(t, "compose.yaml"), &compose); err != nil {
		t.Fatal(err)
	}
	if len(compose.Services) != 2 {
		t.Errorf("compose.yaml has %d services, want rof and db", len(compose.Services))
	}
	for name, s := range compose.Services {
		if !s.ReadOnly || s.Privileged || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("compose.yaml: %s is not locked down: %+v", name, s)
		}
		if len(s.Healthcheck.Test) == 0 {
			t.Errorf("compose.yaml: %s has no healthcheck", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("compose.yaml: %s publishes %s beyond loopback", name, port)
			}
		}
		for key, value := range s.Environment {
			secret := strings.Contains(key, "TOKEN") || strings.Contains(key, "PASSWORD") || strings.HasPrefix(key, "DATABASE_URL")
			if secret && value != "" && (!strings.HasSuffix(key, "_FILE") || !strings.HasPrefix(value, "/run/secrets/")) {
				t.Errorf("compose.yaml: %s gets %s other than from a secret's file", name, key)
			}
		}
	}
	if !strings.Contains(string(readFile(t, "compose.yaml")), "# ROF_CONFIG: /etc/rof.yaml") {
		t.Error("compose.yaml does not say how a source gets the secret without which it is closed there")
	}
	dockerfile := string(readFile(t, "Dockerfile"))
	for _, line := range []string{
		"CGO_ENABLED=0", `-trimpath -ldflags "-s -w"`, "FROM gcr.io/distroless/static", ":nonroot", "USER 65532:65532", "VOLUME /data",
		"ROF_LISTEN=0.0.0.0:8000", "DATABASE_URL=sqlite:/data/rof.db", "XDG_DATA_HOME=/data", "ROF_CONFIG", `CMD ["/rof", "healthcheck"]`,
	} {
		if !strings.Contains(dockerfile, line) {
			t.Errorf("Dockerfile: %s is missing", line)
		}
	}
}
