package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if k, v, _ := strings.Cut(p, "="); k == name {
				return v
			}
		}
		return ""
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigReportsAllProblemsAtOnce(t *testing.T) {
	_, err := readConfig(env("HOME=/h", "ROF_LISTEN=0.0.0.0:8000", "SLACK_BOT_TOKEN=xoxb-1", "ROF_SEED=perhaps",
		"DATABASE_URL=mysql://x", "ROF_LOG_LEVEL=loud", "ROF_COMMAND=incident", "ROF_PUBLIC_URL=rof.example.com"))
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for _, want := range []string{
		"DATABASE_URL must begin", "ROF_SEED must be true or false", "set ROF_API_TOKEN", "SLACK_APP_TOKEN (xapp-…) is not",
		"ROF_LOG_LEVEL must be", "ROF_COMMAND must be", "ROF_PUBLIC_URL must be",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no line says %q", want)
		}
	}
	if len(lines) != 7 {
		t.Errorf("%d lines; want one a problem:\n%v", len(lines), err)
	}
}

func TestAPortThatIsNoneIsTold(t *testing.T) {
	for listen, good := range map[string]bool{
		"127.0.0.1:8000": true, "localhost:0": true, "127.0.0.1:http": true,
		"127.0.0.1:99999": false, "127.0.0.1:-1": false, "127.0.0.1:eighty": false, "127.0.0.1": false,
	} {
		_, err := readConfig(env("HOME=/h", "ROF_LISTEN="+listen))
		if good != (err == nil) || !good && !strings.Contains(err.Error(), "ROF_LISTEN must be HOST:PORT") {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestAPublicAddressIsAHostAlone(t *testing.T) {
	for public, good := range map[string]bool{
		"https://rof.example.com": true, "https://rof.example.com/": true, "http://[::1]:8000": true, "HTTPS://rof.example.com": true,
		"https://rof.example.com/rof": false, "https://ann:pw-canary@rof.example.com": false, "https://rof.example.com?a=b": false,
		"https://rof.example.com/#top": false,
	} {
		_, err := readConfig(env("HOME=/h", "ROF_PUBLIC_URL="+public))
		if good != (err == nil) || !good && (!strings.Contains(err.Error(), "ROF_PUBLIC_URL must be https://rof.example.com and nothing more") || strings.Contains(err.Error(), "canary")) {
			t.Errorf("%s: %v", public, err)
		}
	}
}

func TestAnAddressThatIsTakenIsToldWithWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	r := rofOn(t, sqliteDB(t), "ROF_LISTEN="+l.Addr().String())("", "serve")
	if r.code != exitFailed || !strings.Contains(r.err, "something else listens on "+l.Addr().String()+" already: stop it, or set ROF_LISTEN") {
		t.Errorf("%+v", r)
	}
}

func TestConfigDefaults(t *testing.T) {
	c, err := readConfig(env("HOME=/home/ann"))
	if err != nil {
		t.Fatal(err)
	}
	if c.database != "sqlite:/home/ann/.local/share/rof/rof.db" && c.database != "sqlite:/home/ann/Library/Application Support/rof/rof.db" {
		t.Errorf("database %q", c.database)
	}
	if !c.seed || c.bot() || c.listen != "127.0.0.1:8000" || c.command != "/incident" || c.slackAPI != "https://slack.com/api/" {
		t.Errorf("%+v", c)
	}
	if e := c.engineConfig(); e.Channel != "" || e.PostAnswers {
		t.Errorf("without Slack something is announced: %+v", e)
	}
	pg, err := readConfig(env("DATABASE_URL=postgres://u@h/db"))
	if err != nil || pg.seed {
		t.Errorf("on PostgreSQL seed = %v, %v; want none", pg.seed, err)
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	path := write(t, "0123456789abcdef\n")
	c, err := readConfig(env("HOME=/h", "ROF_API_TOKEN_FILE="+path, "ROF_LISTEN=:9000"))
	if err != nil || c.token != "0123456789abcdef" || c.publicURL != "http://127.0.0.1:9000" {
		t.Errorf("token %q, public %q, %v", c.token, c.publicURL, err)
	}
	for name, pairs := range map[string][]string{
		"are both set": {"ROF_API_TOKEN=0123456789abcdef", "ROF_API_TOKEN_FILE=" + path},
		"no such file": {"ROF_API_TOKEN_FILE=" + path + "-none"},
		"is empty":     {"ROF_API_TOKEN_FILE=" + write(t, "\n")},
	} {
		if _, err := readConfig(env(append(pairs, "HOME=/h")...)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: want an error that says %q", err, name)
		} else if strings.Contains(err.Error(), "0123456789abcdef") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestTheConfigFileMayBeginWithAMark(t *testing.T) {
	for name, text := range map[string]string{
		"UTF-8":  "\xef\xbb\xbflink_hosts: [a.example]\r\n",
		"UTF-16": "\xff\xfel\x00i\x00n\x00k\x00_\x00h\x00o\x00s\x00t\x00s\x00:\x00 \x00[\x00a\x00]\x00",
		"dashes": "---\nlink_hosts: [a.example]\n---\n",
		"none":   "link_hosts: [a.example]",
	} {
		if c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, text))); err != nil || len(c.file.linkHosts) != 1 {
			t.Errorf("%s: %v, %v", name, c.file.linkHosts, err)
		}
	}
	for _, text := range []string{"", "# nothing yet\n", "---\n"} {
		if _, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, text))); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatTheConfigFileSaysInVainIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"link_hosts: [a.example]\n---\ngroup: {by_service: false}\n": "a second document begins",
		"link_hosts: [\"https://a.example/\"]":                       `link_hosts[0] must be a whole host such as runbooks.example.com, not "https://a.example/"`,
		"link_hosts: [a.example, \"*.b.example\"]":                   `link_hosts[1] must be`,
		"link_hosts: [\"\"]":                                         `link_hosts[0] must be`,
		"sources: {shop: {kind: generic, token_file: /none/at-all}}": "sources.shop.token_file: open /none/at-all",
	} {
		_, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, text)))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v; want one line that says %q", text, err, want)
		}
	}
	if _, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "link_hosts: [a.example, \"b.example:8443\", \"[::1]:80\", localhost]"))); err != nil {
		t.Error(err)
	}
}

func TestTheConfigFile(t *testing.T) {
	good := write(t, `sources:
  alertmanager: {token: [one-secret, another-secret]}
  shop: {kind: generic, token: shop-secret}
types: [{match: {alertname: "Pg.*Timeout"}, error_type: database_timeout}]
routes: [{match: {severity: critical, service: "pay.*"}, channel: C0PAY, mention: S0ONCALL}, {channel: C0ALL}]
link_hosts: [runbooks.example.com]
group: {by_service: false, window: 2m, expire: 30m}
retention: {events: 7d}
channels: {severity: [critical, warning], name: "inc-{{id}}", archive: true}
timeline: {emoji: ":memo:"}
services: {checkout: {owner: payments}}
approvers: {groups: [S0SRE], users: [U123], self: false}
admins: {users: [U0LEAD]}
`)
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+good))
	if err != nil {
		t.Fatal(err)
	}
	f := c.file
	if len(f.sources) != 2 || f.sources["shop"].kind != "generic" || len(f.sources["alertmanager"].tokens) != 2 || len(f.types) != 1 ||
		len(f.routes) != 2 || !f.noServiceGroups || f.groupWindow != 2*time.Minute || f.expire != 30*time.Minute || f.keepEvents != 7*24*time.Hour ||
		len(f.approvers.Groups) != 1 || len(f.approvers.Users) != 1 || !f.notOwn || !f.verdictsElsewhere || len(f.admins.Users) != 1 {
		t.Errorf("%+v", f)
	}
	if rooms := f.rooms; len(rooms.Severities) != 2 || rooms.Severities[1] != "medium" || rooms.Name != "inc-{{id}}" || !rooms.Archive || f.emoji != "memo" {
		t.Errorf("channels %+v, emoji %q", rooms, f.emoji)
	}
	if len(c.warnings) != 0 {
		t.Errorf("warnings %v; want none", c.warnings)
	}
	bad := write(t, `sources: {alertmanager: {token: short}}
types: [{match: {alertname: "("}, error_type: x}]
routes: [{match: {service: a}}]
group: {window: soon}
channels: {severity: [terrible], name: war-room}
timeline: {emoji: two words}
approvers: {groups: ["@sre"], users: [alice]}
admins: {api: true}
`)
	_, err = readConfig(env("HOME=/h", "ROF_CONFIG="+bad))
	for _, want := range []string{"sources.alertmanager.token is shorter", "types[0]", "routes[0] needs a channel", "group.window must be", "approvers.groups[0] must be", "admins.api means nothing", "approvers.users[0] must be", "channels.severity[0]", "channels.name must contain {{id}}", "timeline.emoji must be"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: no line says %q", err, want)
		}
	}
	if _, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "sorces: {}\n"))); err == nil || !strings.Contains(err.Error(), "sorces") {
		t.Errorf("a misspelt key: %v", err)
	}
}

func TestWrongUsageIsOneLineAndStatus2(t *testing.T) {
	for _, args := range [][]string{
		{"analyse"},
		{"analyze"},
		{"analyze", "--spike", "lots", "--error-type", "x"},
		{"analyze", "--severity", "x"},
		{"search"},
		{"search", "-k", "0", "x"},
		{"serve", "now"},
		{"version", "--all"},
		{"help", "analyse"},
		{"drafts", "--json", "show", "SLACK-1", "SLACK-2"},
		{"drafts", "--json", "drop", "SLACK-1"},
	} {
		var out, errs bytes.Buffer
		getenv := env("DATABASE_URL=sqlite:"+filepath.Join(t.TempDir(), "rof.db"), "HOME="+t.TempDir())
		code := run(t.Context(), args, getenv, strings.NewReader(""), &out, &errs)
		if code != exitUsage || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("rof %s = %d, stdout %q, stderr %q; want status 2 and one line on stderr", strings.Join(args, " "), code, out.String(), errs.String())
		}
	}
}

func TestHelpNamesEveryCommand(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), nil, env(), nil, &out, &errs); code != exitDone {
		t.Fatalf("status %d", code)
	}
	for _, c := range commands() {
		if !strings.Contains(out.String(), "\n  "+c.name) {
			t.Errorf("help does not name %s", c.name)
		}
		var one bytes.Buffer
		if code := run(t.Context(), []string{c.name, "--help"}, env("HOME=/h"), nil, &one, &errs); code != exitDone || !strings.Contains(one.String(), c.usage) {
			t.Errorf("rof %s --help = %d, %q", c.name, code, one.String())
		}
	}
}

func TestAnalyzeAndSearchOnTheTerminal(t *testing.T) {
	getenv := env("DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "new", "rof.db"))
	var out, errs bytes.Buffer
	if code := run(t.Context(), strings.Fields("analyze database timeouts on checkout, up 450%"), getenv, nil, &out, &errs); code != exitDone {
		t.Fatalf("status %d: %s", code, errs.String())
	}
	for _, want := range []string{
		"Incident Decision: INC-2025-001  EXAMPLE, not your systems\n", "Symptom      Database response time increased 450%",
		"Recommended  Throttle connections to 30%", "Confidence   ", "type guessed from the alert's words", "worked 1 of 1", "from history",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the decision does not say %q:\n%s", want, out.String())
		}
	}
	out.Reset()
	if code := run(t.Context(), strings.Fields("analyze --error-type database_timeout service=checkout"), getenv, nil, &out, &errs); code != exitDone ||
		!strings.Contains(out.String(), "Incident Decision: INC-2025-001") {
		t.Errorf("a flag beside pairs: status %d: %s%s", code, out.String(), errs.String())
	}
	out.Reset()
	if code := run(t.Context(), strings.Fields("search -k 2 expired certificate"), getenv, nil, &out, &errs); code != exitDone {
		t.Fatalf("status %d: %s", code, errs.String())
	}
	if !strings.Contains(strings.ToLower(strings.SplitN(out.String(), "\n", 2)[0]), "certificate") {
		t.Errorf("the first result is\n%s", out.String())
	}
}
