package webhook_test

import (
	"html"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ragoffire/webhook"
)

// shell runs a command of our pages as it stands there, and returns the status
// of its last request.
func shell(t *testing.T, command string) string {
	t.Helper()
	const wrap = `curl() { command curl -sS -m 20 -w ' STATUS:%{http_code}' "$@"; }` + "\n"
	cmd := exec.Command("bash", "-c", wrap+command)
	cmd.Env = append(os.Environ(), "ROF_API_TOKEN="+secret)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s\n%v\n%s", command, err, out)
	}
	_, status, _ := strings.Cut(string(out)[strings.LastIndex(string(out), " STATUS:"):], ":")
	if !strings.HasPrefix(status, "2") {
		t.Logf("%s\n%s", command, out)
	}
	return status
}

func codes(page []byte) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?s)<pre[^>]*><code>(.*?)</code>`).FindAllSubmatch(page, -1) {
		out = append(out, html.UnescapeString(string(m[1])))
	}
	return out
}

func TestWhatThePagesSayToTypeWorks(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "grep"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("no " + tool)
			}
			t.Skip("no " + tool)
		}
	}
	for name, change := range map[string]func(*webhook.Config){"with a token": locked, "on this machine alone": nil} {
		t.Run(name, func(t *testing.T) { typeAll(t, start(t, change)) })
	}
}

func typeAll(t *testing.T, r *rig) {
	t.Helper()
	typed := 0
	for _, command := range codes(r.do("GET", "/", "").body) {
		if strings.HasPrefix(command, "curl") {
			typed++
			if status := shell(t, command); status != "202" && status != "200" {
				t.Errorf("status = %s of %s", status, command)
			}
		}
	}
	if typed != 2 {
		t.Errorf("the empty board has %d commands, want 2", typed)
	}
	if incidents, _ := r.stored(); incidents != 1 {
		t.Errorf("%d incidents after the test alert", incidents)
	}
	r.withSeeds()
	for n := range 2 { // two more are open
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"service": id(n), "started_at": time.Now().Add(time.Duration(n) * time.Second).Format(time.RFC3339)})).want(t, 202)
	}
	for _, command := range codes(r.do("GET", "/docs", "").body) {
		typed++
		if strings.HasPrefix(command, "websocat") {
			follow(t, command)
			continue
		}
		if status := shell(t, command); !strings.HasPrefix(status, "2") {
			t.Errorf("status = %s of %s", status, command)
		}
	}
	if typed < 25 {
		t.Errorf("only %d commands", typed)
	}
}

// follow does what a command of websocat says.
func follow(t *testing.T, command string) {
	t.Helper()
	m := regexp.MustCompile(`^websocat(?: -H "(\w+): ([^"]+)")? (ws://\S+)$`).FindStringSubmatch(command)
	if m == nil {
		t.Fatalf("not understood: %s", command)
	}
	header := http.Header{}
	if m[1] != "" {
		header.Set(m[1], strings.ReplaceAll(m[2], "$ROF_API_TOKEN", secret))
	}
	conn, resp, err := websocket.DefaultDialer.Dial(m[3], header)
	check(t, err)
	check(t, resp.Body.Close())
	check(t, conn.Close())
}
