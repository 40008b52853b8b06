package webhook_test

import (
	"html"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
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
			t.Skip("no " + tool)
		}
	}
	r := start(t, locked)
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
	for _, command := range codes(r.do("GET", "/docs", "").body) {
		if strings.HasPrefix(command, "websocat") {
			continue
		}
		typed++
		// Some do what only one state allows, and two need a second incident.
		second := strings.Contains(command, "/merge") || strings.Contains(command, "/link")
		if status := shell(t, command); !strings.HasPrefix(status, "2") && status != "409" && (!second || status != "404") {
			t.Errorf("status = %s of %s", status, command)
		}
	}
	if typed < 20 {
		t.Errorf("only %d commands", typed)
	}
}
