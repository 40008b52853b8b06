package storetest

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"ragoffire/engine"
)

// Released calls test for each schema that a release had, with the SQL that
// makes a database of that release, as its own binary filled it: testdata/vN.sql.gz
// of the backend. A new version brings the one before it.
func Released(t *testing.T, current int, test func(t *testing.T, sql string)) {
	for n := 1; n <= current; n++ {
		t.Run(fmt.Sprintf("from version %d", n), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", fmt.Sprintf("v%d.sql.gz", n))
			f, err := os.Open(path)
			if os.IsNotExist(err) && n == current {
				t.Skip("it is not released")
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			test(t, string(b))
		})
	}
}

// Doc is a document as an older binary stored it, and its id there.
type Doc struct{ Table, ID, Text string }

// Documents selects, on either backend, what Upgraded needs of a table.
func Documents() map[string]string {
	byID := func(table string) string { return "SELECT id, doc FROM " + table }
	all := map[string]string{
		"posts":   "SELECT key, doc FROM posts",
		"beats":   "SELECT name, doc FROM beats",
		"reviews": "SELECT decision_id, doc FROM reviews WHERE undone_at IS NULL",
	}
	for _, table := range []string{"incidents", "alerts", "entries", "decisions", "runbooks", "changes", "silences", "drafts", "quarantined", "troubles", "sessions"} {
		all[table] = byID(table)
	}
	return all
}

// Upgraded tests a store that an older binary filled: all that it stored reads
// as it was, what it left to do is done, and all can be changed.
func Upgraded(t *testing.T, o Opened, docs []Doc) {
	seen := map[string]int{}
	for _, d := range docs {
		seen[d.Table]++
		var was any
		if err := json.Unmarshal([]byte(d.Text), &was); err != nil {
			t.Fatal(err)
		}
		got := view(t, o, func(ctx context.Context, r engine.Reader) (any, error) { return find(ctx, r, d, was.(map[string]any)) })
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var is any
		if err := json.Unmarshal(b, &is); err != nil {
			t.Fatal(err)
		}
		if missing := lacks(is, was); missing != "" {
			t.Errorf("%s %s: %s\nis  %s\nwas %s", d.Table, d.ID, missing, b, d.Text)
		}
	}
	for _, table := range []string{"incidents", "alerts", "entries", "decisions", "runbooks", "posts", "reviews"} {
		if seen[table] == 0 {
			t.Errorf("the older store has no %s", table)
		}
	}
	left(t, o)
	GoesOn(t, o, 100)
}

// find reads the object of a document.
func find(ctx context.Context, r engine.Reader, d Doc, was map[string]any) (any, error) {
	at := func(field string) time.Time {
		s, _ := was[field].(string)
		at, _ := time.Parse(time.RFC3339Nano, s)
		return at
	}
	switch d.Table {
	case "incidents":
		return r.Incident(ctx, d.ID)
	case "decisions":
		return r.Decision(ctx, d.ID)
	case "reviews":
		of, err := r.Decision(ctx, d.ID)
		if err != nil || len(of.Reviews) == 0 {
			return nil, err
		}
		return of.Reviews[0], nil
	case "runbooks":
		return r.Runbook(ctx, d.ID)
	case "posts":
		return r.Post(ctx, d.ID)
	case "silences":
		return r.Silence(ctx, d.ID)
	case "troubles":
		return r.Trouble(ctx, d.ID)
	case "drafts":
		return r.Draft(ctx, d.ID)
	case "alerts":
		list, err := r.Alerts(ctx, was["incident_id"].(string))
		return only(list, err, func(a engine.Alert) bool { return a.ID == d.ID })
	case "entries":
		list, err := r.Timeline(ctx, was["incident_id"].(string))
		return only(list, err, func(e engine.Entry) bool { return e.ID == d.ID })
	case "changes":
		service, _ := was["service"].(string)
		list, err := r.Changes(ctx, service, at("at"), at("at"), 10)
		return only(list, err, func(c engine.Change) bool { return c.ID == d.ID })
	case "quarantined":
		list, err := r.Quarantined(ctx, "", 10)
		return only(list, err, func(q engine.Quarantined) bool { return q.ID == d.ID })
	case "sessions":
		list, err := r.Sessions(ctx, []string{d.ID})
		return only(list, err, func(s engine.Session) bool { return s.ID == d.ID })
	case "beats":
		list, err := r.Beats(ctx)
		return only(list, err, func(b engine.Beat) bool { return b.Name == d.ID })
	}
	return nil, fmt.Errorf("nobody reads %s", d.Table)
}

func only[T any](list []T, err error, is func(T) bool) (any, error) {
	for _, v := range list {
		if is(v) {
			return v, err
		}
	}
	return nil, err
}

// lacks says what of a document is no longer there. What a newer binary adds,
// and what was nothing, does not count.
func lacks(is, was any) string {
	switch old := was.(type) {
	case map[string]any:
		now, ok := is.(map[string]any)
		if !ok {
			return fmt.Sprintf("%v became %v", was, is)
		}
		for k, v := range old {
			if empty(v) || k == "wanted" || k == "reviews" { // columns, and rows of their own
				continue
			}
			if why := lacks(now[k], v); why != "" {
				return k + ": " + why
			}
		}
		return ""
	case []any:
		now, ok := is.([]any)
		if !ok || len(now) != len(old) {
			return fmt.Sprintf("%v became %v", was, is)
		}
		for n := range old {
			if why := lacks(now[n], old[n]); why != "" {
				return why
			}
		}
		return ""
	}
	if !reflect.DeepEqual(is, was) {
		return fmt.Sprintf("%v became %v", was, is)
	}
	return ""
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return reflect.ValueOf(v).IsZero()
}

// left tests what an older binary left in columns and other tables.
func left(t *testing.T, o Opened) {
	view(t, o, func(ctx context.Context, r engine.Reader) (any, error) {
		events, err := r.Events(ctx, 0, 0)
		if len(events) != 1 {
			t.Errorf("%d events, %v", len(events), err)
		}
		history, _, err := r.History(ctx, "", 0)
		if len(history) == 0 {
			t.Errorf("no history, %v", err)
		}
		posts, err := r.Posts(ctx, "C0", 0)
		if len(posts) != 1 || posts[0].Key != "incident:INC-2026-0001" {
			t.Errorf("wanted are %v, %v", posts, err)
		}
		d, err := r.Decision(ctx, "dec_undone")
		if len(d.Reviews) != 0 {
			t.Errorf("a verdict that was taken back stands: %v", d.Reviews)
		}
		return nil, err
	})
	update(t, o, func(ctx context.Context, tx engine.Tx) error {
		numbers, err := tx.NumberIncidents(ctx, 2026, 1)
		if err == nil && numbers[0] == "INC-2026-0001" {
			t.Error("a number is given twice")
		}
		if err != nil {
			return err
		}
		wait, err := tx.TakePace(ctx, "chat.update", "C0", engine.Pace{Burst: 10, Every: time.Second}, t0())
		if wait <= 0 {
			t.Error("the window that Slack closed is open")
		}
		return err
	})
	update(t, o, func(ctx context.Context, tx engine.Tx) error {
		return tx.AddReview(ctx, engine.Review{DecisionID: "dec_undone", Verdict: engine.Reject, Actor: "bob", At: t0()})
	})
	ran := make(chan string, 1)
	stop := work(t, o, worker("job", func(_ context.Context, subject string) error { ran <- subject; return nil }))
	if got := <-ran; got != "asked for by the old one" {
		t.Errorf("%q ran", got)
	}
	stop()
}

// GoesOn tests that a store takes everything, beside what it has. What it puts
// there is told apart by n.
func GoesOn(t *testing.T, o Opened, n int) {
	t.Helper()
	i, a, d := filled[engine.Incident](n+1), filled[engine.Alert](n+2), filled[engine.Decision](n+3)
	r, b, p := filled[engine.Review](n+4), filled[engine.Runbook](n+5), filled[engine.Post](n+6)
	e, ev, env := filled[engine.Entry](n+7), filled[engine.Event](n+8), filled[engine.Envelope](n+9)
	a.IncidentID, e.IncidentID, d.IncidentID, r.DecisionID = i.ID, i.ID, &i.ID, d.ID
	storeAll(t, o, i, a, d, r, b, p, e, ev, env)
	update(t, o, func(ctx context.Context, tx engine.Tx) error {
		for _, err := range []error{
			tx.PutChanges(ctx, []engine.Change{filled[engine.Change](n + 10)}), tx.PutSilence(ctx, filled[engine.Silence](n+11)),
			tx.PutDrafts(ctx, []engine.ThreadDraft{filled[engine.ThreadDraft](n + 12)}), tx.PutBeats(ctx, []engine.Beat{filled[engine.Beat](n + 14)}),
			tx.PutQuarantined(ctx, []engine.Quarantined{filled[engine.Quarantined](n + 13)}),
			tx.PutTroubles(ctx, []engine.Trouble{filled[engine.Trouble](n + 15)}), tx.AddAccounts(ctx, []engine.Account{filled[engine.Account](n + 16)}),
			tx.PutSession(ctx, filled[engine.Session](n+17)),
			tx.PutVectors(ctx, "m1", map[string][]float32{"h2": {1}}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	same(t, view(t, o, func(ctx context.Context, rd engine.Reader) (engine.Incident, error) { return rd.Incident(ctx, i.ID) }), kept(i))
}
