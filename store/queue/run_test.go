package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"ragoffire/engine"
)

var errAway = &engine.Error{Kind: engine.Unavailable, Text: "away"}

// ledgerFunc is a ledger that fails as the test says.
type ledgerFunc struct {
	away     atomic.Bool
	broken   bool // for a reason that does not pass
	finished []End
}

func (l *ledgerFunc) err() error {
	if l.away.Load() {
		return errAway
	}
	return nil
}

func (l *ledgerFunc) Adopt(context.Context, string, []int64) error { return l.err() }

func (l *ledgerFunc) Finish(_ context.Context, _ Run, end End) (bool, time.Duration, error) {
	if err := l.err(); err != nil {
		return false, 0, err
	}
	if l.broken {
		return false, 0, errors.New("broken")
	}
	l.finished = append(l.finished, end)
	return !end.Done, end.After, nil
}

func (l *ledgerFunc) Tick(context.Context, string, time.Duration) (time.Duration, error) {
	return time.Second, l.err()
}

func newTestRunner(l *ledgerFunc, do func(context.Context, string) error) *runner {
	return newRunner(context.Background(), New(slog.New(slog.DiscardHandler)), l, []engine.Worker{{Kind: "k", Timeout: time.Minute, Do: do}})
}

func row() *river.Job[task] {
	return &river.Job[task]{JobRow: &rivertype.JobRow{ID: 1, Attempt: 3, Queue: "k"}, Args: task{Subject: "s"}}
}

// A replica that cannot say that it lives cancels its runs before the others
// take them up, and starts again when it can.
func TestFence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledgerFunc{}
		var cut time.Duration
		r := newTestRunner(l, func(ctx context.Context, _ string) error {
			began := time.Now()
			<-ctx.Done()
			cut = time.Since(began)
			return context.Cause(ctx)
		})
		var said bytes.Buffer
		r.log = slog.New(slog.NewTextHandler(&said, nil))
		ctx, cancel := context.WithCancel(t.Context())
		go r.live(ctx, "me", false)
		time.Sleep(10 * time.Second)
		l.away.Store(true)
		if err := r.do(ctx, Run{Kind: "k"}); !errors.Is(err, errFenced) {
			t.Errorf("got %v", err)
		}
		if cut > Dead-beat {
			t.Errorf("cancelled after %s", cut)
		}
		time.Sleep(time.Minute)
		l.away.Store(false)
		time.Sleep(beat + time.Second)
		if err := r.fenced.Load().Err(); err != nil {
			t.Errorf("still fenced: %v", err)
		}
		cancel()
		synctest.Wait()
		if n := strings.Count(said.String(), "are cancelled"); n != 1 {
			t.Errorf("the log says %d times that they are cancelled", n)
		}
	})
}

// The end of a run is stored through an outage of any length; where it cannot be
// stored for another reason, River makes the row available again.
func TestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledgerFunc{}
		r := newTestRunner(l, func(context.Context, string) error {
			l.away.Store(true)
			return nil
		})
		time.AfterFunc(time.Hour, func() { l.away.Store(false) })
		if err := r.Work(t.Context(), row()); err != nil {
			t.Errorf("got %v", err)
		}
		if !slices.Equal(l.finished, []End{{Done: true}}) {
			t.Errorf("stored %v", l.finished)
		}
		if left := r.under.list(); len(left) > 0 {
			t.Errorf("still under way: %v", left)
		}
		r = newTestRunner(l, func(context.Context, string) error { return nil })
		l.broken = true
		var snooze *rivertype.JobSnoozeError
		if err := r.Work(t.Context(), row()); !errors.As(err, &snooze) {
			t.Errorf("got %v", err)
		}
	})
}

func TestEnd(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want End
	}{
		"done":                   {t.Context(), nil, End{Done: true}},
		"failed":                 {t.Context(), errAway, End{Failed: true, After: 4 * time.Second}},
		"again":                  {t.Context(), &engine.Again{After: time.Second}, End{After: time.Second}},
		"stopped":                {stopped, context.Canceled, End{}},
		"done, although we stop": {stopped, nil, End{Done: true}},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledgerFunc{}
			r := newTestRunner(l, func(context.Context, string) error { return c.err })
			if err := r.Work(c.ctx, row()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(l.finished, []End{c.want}) {
				t.Errorf("got %+v", l.finished)
			}
			r.Close()
		})
	}
}

// What River has ahead begins when it is its turn, and not at all once we stop
// or others take it up.
func TestTurn(t *testing.T) {
	for name, end := range map[string]func(stop func(), r *runner){
		"stopped": func(stop func(), _ *runner) { stop() },
		"fenced":  func(_ func(), r *runner) { r.fenced.Load().cut() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				l := &ledgerFunc{}
				began, leave := 0, make(chan struct{})
				r := newRunner(ctx, New(slog.New(slog.DiscardHandler)), l, []engine.Worker{{
					Kind: "k", Do: func(context.Context, string) error { began++; <-leave; return nil },
				}})
				for range 3 {
					go func() {
						if err := r.Work(t.Context(), row()); err != nil {
							t.Error(err)
						}
					}()
				}
				synctest.Wait()
				if began != 1 {
					t.Fatalf("%d began at once", began)
				}
				leave <- struct{}{}
				synctest.Wait()
				if began != 2 {
					t.Fatalf("%d began after the first had ended", began)
				}
				end(stop, r)
				synctest.Wait()
				leave <- struct{}{}
				synctest.Wait()
				if want := []End{{Done: true}, {}, {Done: true}}; began != 2 || !slices.Equal(l.finished, want) {
					t.Errorf("%d began, and the ends are %+v; want 2, %+v", began, l.finished, want)
				}
				r.Close()
			})
		})
	}
}

func TestBackoff(t *testing.T) {
	var got []time.Duration
	for n := range 8 {
		got = append(got, backoff(n)/time.Second)
	}
	if !slices.Equal(got, []time.Duration{1, 1, 2, 4, 8, 16, 30, 30}) || backoff(1<<40) != 30*time.Second {
		t.Errorf("got %v", got)
	}
}

func TestMerge(t *testing.T) {
	now := time.Now()
	got := Merge([]engine.Job{
		{Kind: "b", Subject: "x", At: now.Add(time.Hour)},
		{Kind: "a", Subject: "y"},
		{Kind: "b", Subject: "x", At: now},
		{Kind: "a", Subject: "x\x00"},
		{Kind: "a", Subject: "y", At: now},
	})
	want := []engine.Job{{Kind: "a", Subject: "x\uFFFD"}, {Kind: "a", Subject: "y"}, {Kind: "b", Subject: "x", At: now}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
