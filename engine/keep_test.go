package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"ragoffire/engine"
)

// keeping is a rig with a long history that is kept in a file.
type keeping struct {
	*rig
	path  string
	words *prose
	from  int
}

func newKeeping(t testing.TB) *keeping {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rof.db-history")
	k := &keeping{newRig(t), path, newProse(t), 100}
	k.remember(k.words, 150)
	k.learnt(past("PM-NOTYPE", "", "checkout", 40, "Drain the old nodes"))
	return k
}

// start is an engine on the store as another process starts it; said is its log.
func (k *keeping) start(build string) (e *engine.Engine, said *bytes.Buffer) {
	k.t.Helper()
	said = new(bytes.Buffer)
	e, err := engine.New(k.t.Context(), engine.Config{
		Store: k.store, Now: k.clock.Now, Log: slog.New(slog.NewTextHandler(said, nil)),
		Kept: engine.Kept{Path: k.path, Build: func() (string, error) { return build, nil }, From: k.from},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return e, said
}

// kept lets an engine run until it has kept the history.
func (k *keeping) kept(e *engine.Engine) {
	k.t.Helper()
	k.runs(e, "the history kept", func() bool {
		_, err := os.Stat(k.path)
		return err == nil
	})
}

// runs runs an engine until something has come about.
func (k *keeping) runs(e *engine.Engine, what string, ok func() bool) {
	k.t.Helper()
	ctx, cancel := context.WithCancel(k.t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := e.Run(ctx); err != nil {
			k.t.Errorf("Run: %v", err)
		}
	})
	k.eventually(what, ok)
	cancel()
	running.Wait()
}

// same fails where two engines answer differently.
func (k *keeping) same(what string, want, got *engine.Engine) {
	k.t.Helper()
	for n := range 30 {
		q := engine.Question{Text: k.words.sentence(12)}
		if n%2 == 0 {
			q.ErrorType, q.Spike = k.words.errorType(), ptr(200)
		}
		x, err := want.Answer(k.t.Context(), q)
		if err != nil {
			k.t.Fatal(err)
		}
		y, err := got.Answer(k.t.Context(), q)
		if err != nil {
			k.t.Fatal(err)
		}
		x.ID, y.ID, x.LatencyMS, y.LatencyMS = "", "", 0, 0
		if !reflect.DeepEqual(x, y) {
			k.t.Fatalf("%s: %q is answered\n%+v\nwant\n%+v", what, q.Text, y, x)
		}
	}
}

// recalled reports whether an engine's history is from the file: the store's was
// changed behind everybody's back, which no event tells.
func (k *keeping) recalled(e *engine.Engine) bool {
	k.t.Helper()
	d, err := e.Answer(k.t.Context(), engine.Question{Text: "zeppelin mooring mast bent", ErrorType: "zeppelin_adrift"})
	if err != nil {
		k.t.Fatal(err)
	}
	return d.MatchedIncident == nil
}

// smuggle puts an incident into the store without an event.
func (k *keeping) smuggle() {
	k.t.Helper()
	i := past("PM-SMUGGLED", "zeppelin_adrift", "mooring", 10, "Bend the mast back")
	i.Symptom, i.Historical, i.Status, i.Reason = "zeppelin mooring mast bent", true, engine.Resolved, engine.ReasonFixed
	if err := k.store.Update(k.t.Context(), func(tx engine.Tx) error {
		return tx.PutIncidents(k.t.Context(), []engine.Incident{i})
	}); err != nil {
		k.t.Fatal(err)
	}
}

func TestAKeptHistoryAnswersLikeTheStores(t *testing.T) {
	k := newKeeping(t)
	e, _ := k.start("1")
	k.kept(e)
	k.smuggle()
	again, said := k.start("1")
	if !k.recalled(again) || said.Len() > 0 {
		t.Fatalf("the kept history is not used: %s", said)
	}
	k.same("kept", e, again)
}

func TestWhatHappenedSinceTheHistoryWasKeptIsCaughtUpWith(t *testing.T) {
	k := newKeeping(t)
	e, _ := k.start("1")
	k.kept(e)
	k.smuggle()
	k.clock.Advance(time.Minute)
	// One is new, one changed, one gone, and a runbook has come and gone.
	changed := past("PM-000007", "sails_torn", "yacht", 70, "Sew the sails")
	k.learnt(past("PM-NEW", "rudder_lost", "yacht", 30, "Steer with an oar"), changed)
	if err := k.AddHistory(t.Context(), nil, []engine.Runbook{
		{ID: "RB-STAYS", Title: "Anchor drags", Text: "The anchor drags.", Mitigation: "Pay out more chain"},
		{ID: "RB-GOES", Title: "Galley fire", Text: "The galley burns.", Mitigation: "Close the hatch"},
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"PM-000009", "RB-GOES"} {
		if err := k.RemoveHistory(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	again, said := k.start("1")
	if !k.recalled(again) {
		t.Fatalf("the kept history is not used: %s", said)
	}
	last := int64(k.events())
	k.runs(e, "the first one caught up, too", func() bool { return e.Position() == last })
	k.same("caught up", e, again)
	for question, want := range map[string]string{
		"rudder lost on the yacht": "PM-NEW", "sails torn on the yacht": "PM-000007", "the anchor drags": "RB-STAYS",
	} {
		found, err := again.Search(t.Context(), engine.SearchQuery{Text: question, K: 1})
		if err != nil || len(found) != 1 || found[0].ID != want {
			t.Errorf("%q finds %v, %v; want %s", question, found, err, want)
		}
	}
	if said.Len() > 0 {
		t.Errorf("catching up is worth no word: %s", said)
	}
}

func TestAKeptHistoryThatDoesNotFitIsNotUsed(t *testing.T) {
	for name, c := range map[string]struct {
		build string
		spoil func(k *keeping)
		says  string
	}{
		"of another build": {build: "2"},
		"damaged": {build: "1", says: "checksum", spoil: func(k *keeping) {
			b, err := os.ReadFile(k.path)
			if err != nil {
				k.t.Fatal(err)
			}
			at := bytes.LastIndex(b, []byte("PM-00")) // in an id, where it harms nothing else
			b[at+1] = 'X'
			if err := os.WriteFile(k.path, b, 0o600); err != nil {
				k.t.Fatal(err)
			}
		}},
		"cut short": {build: "1", says: "of no use", spoil: func(k *keeping) {
			if err := os.Truncate(k.path, 5_000); err != nil {
				k.t.Fatal(err)
			}
		}},
		"no history at all": {build: "1", spoil: func(k *keeping) {
			if err := os.WriteFile(k.path, []byte("shopping list: milk, bread, matches, tea"), 0o600); err != nil {
				k.t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeeping(t)
			e, _ := k.start("1")
			k.kept(e)
			k.smuggle()
			if c.spoil != nil {
				c.spoil(k)
			}
			again, said := k.start(c.build)
			if k.recalled(again) {
				t.Error("it is used")
			}
			if c.says == "" && said.Len() > 0 || !bytes.Contains(said.Bytes(), []byte(c.says)) {
				t.Errorf("the log says %q, want %q in it", said, c.says)
			}
		})
	}
}

func TestAHistoryKeptOfAnotherStoreIsNotUsed(t *testing.T) {
	k := newKeeping(t)
	e, _ := k.start("1")
	k.kept(e)
	other := newKeeping(t)
	other.path = k.path
	other.learnt(past("PM-ZEPPELIN", "zeppelin_adrift", "mooring", 10, "Bend the mast back"))
	// The other's events are as many and of the same kind, but not the same.
	other.clock.Advance(1)
	if again, _ := other.start("1"); other.recalled(again) {
		t.Error("it is used")
	}
}

func TestAShortHistoryIsNotKept(t *testing.T) {
	k := &keeping{newRig(t), filepath.Join(t.TempDir(), "rof.db-history"), newProse(t), 0}
	k.remember(k.words, 100)
	e, _ := k.start("1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx); err != nil { // once more at the end
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Dir(k.path)); err != nil || len(left) != 0 {
		t.Errorf("%v, %v; want no file", left, err)
	}
}

func TestAHistoryThatCannotBeKeptIsSaidAndHarmsNothing(t *testing.T) {
	k := newKeeping(t)
	k.path = filepath.Join(k.path, "below a file")
	if err := os.WriteFile(filepath.Dir(k.path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e, said := k.start("1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(said.Bytes(), []byte("not kept")) {
		t.Errorf("the log says %q", said)
	}
	again, _ := k.start("1")
	k.same("unkept", again, e)
}

func TestAKeptHistoryIsReadableByItsOwnerOnly(t *testing.T) {
	k := newKeeping(t)
	e, _ := k.start("1")
	k.kept(e)
	info, err := os.Stat(k.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(fmt.Sprintf("%s/*", filepath.Dir(k.path))); err != nil || len(left) != 1 {
		t.Errorf("beside it lies %v, %v", left, err)
	}
}
