package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAPostmortemIsDraftedAndTakenBackBesideAServe(t *testing.T) {
	db := sqliteDB(t)
	p := serving(t, db, "ROF_LISTEN=127.0.0.1:0")
	var sent struct {
		IncidentID string `json:"incident_id"`
	}
	p.post("/api/v1/decisions/stream-anomaly", map[string]any{"title": "Narwhals eat \x1b[31mmemory", "service": "narwhal"}, &sent)
	wait(t, 20*time.Second, "its advice, which is the last that comes by itself", func() bool {
		var advice struct{ Decisions []struct{ ID string } }
		p.get("/api/v1/decisions?incident_id="+sent.IncidentID, &advice)
		return len(advice.Decisions) > 0
	})
	p.post("/api/v1/incidents/"+sent.IncidentID+"/resolve", map[string]any{"resolution": "bounded the cache", "root_cause": "it had no bound"}, nil)

	rof := rofOn(t, db)
	file := filepath.Join(t.TempDir(), "narwhal.md")
	if got := rof("", "postmortem", sent.IncidentID, file); got.code != exitDone || got.out != "" {
		t.Fatalf("%+v", got)
	}
	written, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(written), "## Resolution\n\nbounded the cache") {
		t.Errorf("%v\n%s", err, written)
	}
	if got := rof("", "postmortem", sent.IncidentID); got.code != exitDone || got.out != string(written) {
		t.Errorf("%+v; the file has\n%s", got, written)
	}
	if got := rof("", "postmortem", sent.IncidentID, file); got.code != exitDone {
		t.Errorf("the same over itself: %+v", got)
	}
	filled := strings.Replace(string(written), "## Resolution", "## Resolution\n\nWhat only Ann knew.", 1)
	if err := os.WriteFile(file, []byte(filled), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := rof("", "postmortem", sent.IncidentID, file); got.code != exitFailed || !strings.Contains(got.err, file+" is there already") {
		t.Errorf("over what a person has filled in: %+v", got)
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != filled {
		t.Errorf("what a person had filled in is lost: %v\n%s", err, kept)
	}
	if got := rofOn(t, sqliteDB(t), "ROF_SEED=false")("", "import", file); got.code != exitDone || got.out != "imported 1 incident, 0 runbooks\n" {
		t.Errorf("taken back elsewhere: %+v", got)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"postmortem"}, exitUsage, "say which incident"},
		{[]string{"postmortem", "a", "b", "c"}, exitUsage, "at most one file"},
		{[]string{"postmortem", "INC-1999-0001"}, exitFailed, "INC-1999-0001"},
		{[]string{"postmortem", "INC-2025-001"}, exitFailed, "history"},
	} {
		if got := rof("", c.args...); got.code != c.code || !strings.Contains(got.err, c.says) {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
}
