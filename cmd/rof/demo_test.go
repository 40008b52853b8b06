package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook/browsertest"
)

// demonstrating starts rof demo with only these variables set.
func demonstrating(t testing.TB, env ...string) *process {
	t.Helper()
	p, _ := demonstratingIn(t, t.TempDir(), nil, env...)
	return p
}

// demonstratingIn does, with its temporary folder in tmp; what it greets with is
// complete once it has ended.
func demonstratingIn(t testing.TB, tmp string, args []string, env ...string) (*process, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"demo"}, args...)...)
	cmd.Env = append([]string{asRof + "=1", "ROF_LISTEN=127.0.0.1:0", "ROF_LOG_FORMAT=json", "ROF_LOG_LEVEL=info", "TMPDIR=" + tmp, "PATH=" + os.Getenv("PATH")}, env...)
	var out bytes.Buffer
	cmd.Stdout = &out
	p := startProcess(t, cmd)
	p.ready()
	return p, &out
}

func TestDemoLeavesNothingBehindAndSaysWhatItIgnores(t *testing.T) {
	tmp := t.TempDir()
	p, out := demonstratingIn(t, tmp, nil, "SLACK_BOT_TOKEN=xoxb-real", "DATABASE_URL=postgres://nowhere", "ROF_CONFIG=/not/there")
	if left, _ := filepath.Glob(filepath.Join(tmp, "rof-demo-*", "rof.db")); len(left) != 1 {
		t.Errorf("its store is not in its own folder: %q", left)
	}
	// A page that is open does not keep it from ending.
	resp, err := http.Get(p.url + "/slack/stream?as=U0ALICE")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	began := time.Now()
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d:\n%s", code, p.log)
	}
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
	if strings.Contains(p.log.String(), "cut off") {
		t.Errorf("after %s it cut requests off:\n%s", time.Since(began), p.log)
	}
	for _, want := range []string{p.url + "/slack\n", p.url + "/\n", "DATABASE_URL, ROF_CONFIG, SLACK_BOT_TOKEN", "gone when it ends"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out.String(), "xoxb-real") || strings.Contains(p.log.String(), "xoxb-real") {
		t.Error("it shows a token")
	}
}

func TestDemoKeepsItsStoreWhereAsked(t *testing.T) {
	tmp := t.TempDir()
	p, out := demonstratingIn(t, tmp, []string{"--keep"})
	if code := p.stop(); code != exitDone {
		t.Errorf("SIGTERM ended it with %d", code)
	}
	address := regexp.MustCompile(`DATABASE_URL=sqlite:\S+`).FindString(out.String())
	if address == "" {
		t.Fatalf("it does not say where:\n%s", out)
	}
	var found, errs bytes.Buffer
	if code := run(t.Context(), []string{"search", "database timeout"}, env(address), nil, &found, &errs); code != exitDone || !strings.Contains(found.String(), "INC-2025-001") {
		t.Errorf("the store it kept answers %d %s%s", code, &found, &errs)
	}
}

func TestDemoSaysInALineWhyItCannotListen(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for address, want := range map[string]string{
		l.Addr().String(): "is taken; ROF_LISTEN=127.0.0.1:0",
		"0.0.0.0:8000":    "on this machine only",
		"nonsense":        "on this machine only",
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"demo"}, env("ROF_LISTEN="+address), nil, &out, &errs); code == exitDone {
			t.Errorf("%s: it ran", address)
		}
		if strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: it said %q, and %q", address, errs.String(), out.String())
		}
	}
}

func TestEveryAlertOfTheDemoIsTakenInAndEnds(t *testing.T) {
	all, err := demoAlerts()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 10 {
		t.Errorf("there are %d", len(all))
	}
	// More than five services at once would be a storm, and advised on as one.
	t.Run("the first five", func(t *testing.T) { fireAndEnd(t, 0, 5, "") })
	t.Run("the others", func(t *testing.T) { fireAndEnd(t, 5, 10, "warehouse-printing") })
}

// fireAndEnd fires the alerts from one to another and ends them; history knows
// the like of each, but of those of the service strange.
func fireAndEnd(t *testing.T, from, to int, strange string) {
	p := demonstrating(t)
	b := browsertest.New(t, p.url)
	b.Open(p.url + "/slack")
	for n := from; n < to; n++ {
		b.ClickLast(fmt.Sprintf(`[data-fire="%d"]`, n))
		b.Sees("that it fires", fmt.Sprintf(`document.querySelectorAll('.alert.on').length === %d`, n-from+1))
	}
	var page struct{ Incidents []engine.Incident }
	live := func(n int) func() bool {
		return func() bool {
			p.get("/api/v1/incidents?status=open&limit=200", &page)
			return len(page.Incidents) == n
		}
	}
	wait(t, 20*time.Second, "an incident for each", live(to-from))
	advice := map[string]string{} // a match, or none, by incident
	wait(t, 20*time.Second, "advice on each", func() bool {
		var decided struct{ Decisions []engine.Decision }
		p.get("/api/v1/decisions?limit=200", &decided)
		for _, d := range decided.Decisions {
			if d.IncidentID != nil {
				advice[*d.IncidentID] = d.Match()
			}
		}
		return len(advice) == to-from
	})
	for _, i := range page.Incidents {
		if known := advice[i.ID] != ""; known != (i.Service != strange) {
			t.Errorf("of %q history says %q", i.Title, advice[i.ID])
		}
	}
	for n := from; n < to; n++ {
		b.ClickLast(fmt.Sprintf(`[data-fire="%d"]`, n))
	}
	wait(t, 20*time.Second, "their ends", live(0))
	b.Quiet()
}
