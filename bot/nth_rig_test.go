package bot_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
	"ragoffire/engine/enginetest"
	"ragoffire/seeds"
	"ragoffire/store"
)

// flow is a whole rof whose jobs run one by one on a clock of their own: each
// run of it makes the same calls in the same order, so that the nth can fail.
type flow struct {
	t      *testing.T
	ctx    context.Context // counted, and bound to the test
	clock  *enginetest.Clock
	slack  *slackfake.Slack
	store  store.Store
	engine *engine.Engine
	jobs   *enginetest.Jobs
	model  *enginetest.Writer
	began  time.Time
}

// spoil says what goes wrong in a flow; the zero value is nothing.
type spoil struct {
	store int             // which call of the store fails, and which end of a job is not stored
	slack slackfake.Fault // of a call that Skip says
	model enginetest.Writer
}

// newFlow starts one on the store at an address.
func newFlow(t *testing.T, address string, s spoil) (*flow, *enginetest.Faults) {
	t.Helper()
	run, cancel := context.WithCancel(context.Background())
	faults := enginetest.Spoil(s.store)
	f := &flow{t: t, ctx: enginetest.Counted(run), clock: enginetest.NewClock(time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)), model: &s.model}
	f.began, f.jobs = f.clock.Now(), enginetest.NewJobs(f.clock, faults)
	var err error
	if f.slack, err = slackfake.New(slackfake.Config{Now: f.clock.Now, Timing: slackfake.Timing{Redeliver: []time.Duration{0, 0, 0}}}); err != nil {
		t.Fatal(err)
	}
	if f.store, err = store.Open(run, address, store.Options{}); err != nil {
		t.Fatal(err)
	}
	spoilt := &enginetest.Store{Store: f.store, Faults: faults, Jobs: f.jobs}
	if f.engine, err = engine.New(run, engine.Config{Store: spoilt, Now: f.clock.Now, Channel: channel, Writer: f.model}); err != nil {
		t.Fatal(err)
	}
	incidents, runbooks, err := seeds.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.engine.AddHistory(run, incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	b, err := bot.New(bot.Config{
		Engine: f.engine, Store: spoilt, Now: f.clock.Now, BotToken: f.slack.BotToken(), AppToken: f.slack.AppToken(), APIURL: f.slack.URL(), Stagger: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	workers := slices.Concat(f.engine.Workers(), b.Workers())
	for n := range workers {
		if workers[n].Kind == engine.JobWord && s.model.Fault == enginetest.Hangs {
			workers[n].Timeout = 2 * time.Second // what ends it, and nothing else
		}
	}
	f.jobs.Use(workers...)
	var group sync.WaitGroup
	group.Go(func() { _ = f.slack.Run(context.Background()) })
	group.Go(func() { _ = f.engine.Run(run) })
	group.Go(func() { _ = b.Run(f.ctx) })
	t.Cleanup(func() {
		cancel()
		f.slack.Close()
		group.Wait()
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
	})
	f.until("both sockets", func(p *slackfake.Snapshot) bool { return p.Live() == 2 })
	t.Cleanup(func() {
		if t.Failed() {
			for _, m := range f.slack.Snapshot().Messages(channel) {
				t.Logf("%s in thread %q by %s: %s", m.TS, m.ThreadTS, m.Via, m.Visible())
			}
		}
	})
	if s.slack != (slackfake.Fault{}) {
		f.slack.Inject(s.slack)
	}
	return f, faults
}

func (f *flow) until(what string, cond func(*slackfake.Snapshot) bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.ctx, 20*time.Second)
	defer cancel()
	if err := f.slack.WaitFor(ctx, cond); err != nil {
		f.t.Fatalf("%s: %v", what, err)
	}
}

// run does what is due within a while.
func (f *flow) run(within time.Duration) {
	f.t.Helper()
	if err := f.jobs.Run(f.ctx, within); err != nil {
		f.t.Fatal(err)
	}
}

// triesBound is how often the world tries what did not work; one fault needs two.
const triesBound = 4

// deliver sends alerts as a monitoring system does: until they are taken.
func (f *flow) deliver(alerts ...engine.Alert) string {
	f.t.Helper()
	for n := 0; ; n++ {
		r, err := f.engine.Ingest(f.ctx, engine.Delivery{Source: "alertmanager", Alerts: slices.Clone(alerts)})
		if err == nil {
			f.run(5 * time.Second)
			return r.Alerts[0].IncidentID
		}
		if engine.KindOf(err) != engine.Unavailable || n == triesBound {
			f.t.Fatal(err)
		}
		f.clock.Advance(time.Second)
	}
}

// slash types a command as a person does: again where it was not taken.
func (f *flow) slash(user, text string) {
	f.t.Helper()
	for n := 0; ; n++ {
		i, err := f.slack.SlashCommand(f.ctx, slackfake.Command{User: user, Channel: channel, Command: "/incident", Text: text})
		f.run(5 * time.Second)
		if err == nil && !strings.Contains(string(i.Ack), "Not stored") {
			return
		}
		if n == triesBound {
			f.t.Fatalf("%q: %v", text, err)
		}
	}
}

// find returns the latest message of the bot that has the words, nil for none.
func (f *flow) find(words ...string) *slackfake.Message { return find(f.slack.Snapshot(), words...) }

// press presses a button of the message that has the words, until done says
// that it took.
func (f *flow) press(user, action string, done func() bool, words ...string) {
	f.t.Helper()
	for n := 0; !done(); n++ {
		m := f.find(words...)
		if m == nil || n == triesBound {
			f.t.Fatalf("%s cannot press %s on %q, %d times", user, action, words, n)
		}
		if _, err := f.slack.Click(f.ctx, user, channel, m.TS, action); err != nil && !errors.Is(err, slackfake.ErrImpossible) && !errors.Is(err, slackfake.ErrNoAck) {
			f.t.Fatal(err)
		}
		f.run(5 * time.Second)
	}
}

// shows reports whether there is a message with the words.
func (f *flow) shows(words ...string) func() bool {
	return func() bool { return f.find(words...) != nil }
}

// fill fills in the dialog that a button opens, until done says that it took.
func (f *flow) fill(user, button, dialog string, values map[string]map[string]any, done func() bool, words ...string) {
	f.t.Helper()
	for n := 0; !done(); n++ {
		m := f.find(words...)
		if m == nil || n == triesBound {
			f.t.Fatalf("%s cannot fill in %s on %q, %d times", user, dialog, words, n)
		}
		i, err := f.slack.Click(f.ctx, user, channel, m.TS, button)
		if err != nil {
			f.t.Fatal(err)
		}
		var open string
		f.until("the dialog, or why there is none", func(p *slackfake.Snapshot) bool {
			for _, v := range p.Views(user) {
				if v.CallbackID == dialog {
					open = v.ID
				}
			}
			return open != "" || len(p.Replies(i.ResponseURL)) > 0
		})
		if open == "" { // who is told to wait waits
			f.clock.Advance(time.Second)
			continue
		}
		if _, err := f.slack.SubmitView(f.ctx, user, open, values); err != nil && !errors.Is(err, slackfake.ErrNoAck) {
			f.t.Fatal(err)
		}
		f.run(5 * time.Second)
	}
}

// emptyStore returns the path of a store with nothing in it, to be copied: to
// migrate takes longer than the rest of a flow.
func emptyStore(t *testing.T) func(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "empty.db")
	s, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "rof.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return "sqlite:" + path
	}
}

func errOf(f slackfake.Fault) string {
	switch {
	case f.DropBefore:
		return "cut before it was stored"
	case f.DropAfter:
		return "cut after it was stored"
	}
	return fmt.Sprint("answered ", f.Status)
}
