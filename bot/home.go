package bot

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

const methodPublish = "views.publish"

// homePace is the pace of all Home tabs together. Slack allows a hundred a
// minute and more.
func homePace() engine.Pace { return engine.Pace{Burst: 20, Every: 700 * time.Millisecond} }

// The job "home" of a person comes back this often while they may be looking,
// and is over when they have not opened the tab for homeFor: it is drawn anew
// when they do.
const (
	homeEvery = 10 * time.Second
	homeFor   = 8 * time.Hour
)

// homes is who opened their Home tab here lately, and what it shows. It is not
// stored: a process that knows nothing of a tab draws it once more.
type homes struct {
	every time.Duration

	mu  sync.Mutex
	tab map[string]tab
}

type tab struct {
	opened time.Time
	seq    int64 // of the board that it shows
	at     time.Time
	hash   string
}

func (h *homes) get(user string) tab {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tab[user]
}

func (h *homes) put(user string, t tab) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tab[user] = t
}

func (h *homes) close(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tab, user)
}

// opened asks for a person's Home tab to be brought up to date now. Where Slack
// shows none yet, what is remembered of it is wrong.
func (b *Bot) opened(ctx context.Context, user string, blank bool) error {
	t := b.homes.get(user)
	t.opened = b.now()
	if blank {
		t = tab{opened: t.opened}
	}
	b.homes.put(user, t)
	return b.lookAgain(ctx, user)
}

// lookAgain has a person's Home tab compared with the facts at once.
func (b *Bot) lookAgain(ctx context.Context, user string) error {
	return b.store.Update(ctx, func(tx engine.Tx) error {
		return tx.Enqueue(ctx, engine.Job{Kind: engine.JobHome, Subject: user})
	})
}

// glance is lookAgain for who just changed something there: they see it at once,
// and where that fails, a little later.
func (b *Bot) glance(ctx context.Context, user string) {
	if b.homes.get(user).opened.IsZero() {
		return // they have not opened it, or it is looked after elsewhere
	}
	if err := b.lookAgain(ctx, user); err != nil {
		b.log.WarnContext(ctx, "a home tab is brought up to date later", "user", user, "error", err)
	}
}

// home is the worker: it brings one Home tab to what the store says. It is paced,
// and publishes only what is not shown already.
func (b *Bot) home(ctx context.Context, user string) error {
	now, t := b.now(), b.homes.get(user)
	if t.opened.IsZero() {
		t.opened = now // opened at another process, or before this one began
		b.homes.put(user, t)
	}
	if now.Sub(t.opened) > homeFor {
		b.homes.close(user)
		return nil
	}
	seq, err := b.boards.seq(ctx)
	if err != nil {
		return err
	}
	if t.hash != "" && seq == t.seq && now.Sub(t.at) < boardAge {
		return &engine.Again{After: b.homes.every}
	}
	facts, err := b.boards.read(ctx)
	if err != nil {
		return err
	}
	m, err := b.homeOf(ctx, user, facts)
	if err != nil {
		b.log.WarnContext(ctx, "slack does not say who opened a home tab", "user", user, "error", quiet(err))
		return &engine.Again{After: b.homes.every}
	}
	if hash := m.hash(); hash != t.hash {
		wait, err := b.publish(ctx, user, m)
		if err != nil || wait > 0 {
			return again(err, wait)
		}
		t.hash = hash
	}
	// Opened again meanwhile: then the job is asked for, and counts from there.
	t.opened = b.homes.get(user).opened
	t.seq, t.at = facts.seq, now
	b.homes.put(user, t)
	return &engine.Again{After: b.homes.every}
}

// homeOf is what a person may see. Channels have their members; this tab shows
// the incidents of all of them, so it is for full members of the workspace.
func (b *Bot) homeOf(ctx context.Context, user string, facts *board) (*message, error) {
	why, err := b.people.outsider(ctx, user, knownFor)
	switch {
	case err != nil:
		return nil, err
	case why != "":
		return b.render.note("This tab is for " + b.called(ctx, &Circle{}) + "; you are " + why + ". In channels everything works for you as for others."), nil
	}
	return b.render.home(facts, engine.Person{ID: user, Name: b.names.of(ctx, user)}), nil
}

func again(err error, wait time.Duration) error {
	if err != nil {
		return err
	}
	return &engine.Again{After: wait}
}

// publish shows a Home tab, or says how long to wait. What trying again cannot
// mend ends the job; the next opening begins anew.
func (b *Bot) publish(ctx context.Context, user string, m *message) (time.Duration, error) {
	var wait time.Duration
	err := b.store.Update(ctx, func(tx engine.Tx) (err error) {
		wait, err = tx.TakePace(ctx, methodPublish, methodPublish, homePace(), b.now())
		return err
	})
	if err != nil || wait > 0 {
		return wait, err
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: m.blocks}}
	_, err = b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case err == nil:
		b.cfg.Count(CountHome)
		return 0, nil
	case isLimited:
		b.cfg.Count(CountLimited)
		until := b.now().Add(limited.RetryAfter)
		return limited.RetryAfter, b.store.Update(ctx, func(tx engine.Tx) error { return tx.HoldPace(ctx, methodPublish, methodPublish, until) })
	case uncertain(err):
		return b.homes.every, nil
	}
	b.homes.close(user)
	b.log.WarnContext(ctx, "slack refuses a home tab; switch the Home tab on at the app's App Home page", "user", user, "error", quiet(err))
	return 0, errOver
}

// errOver ends a job that has nothing left to do.
var errOver = errors.New("nothing left to do")

// homeJob is home where its end is no error.
func (b *Bot) homeJob(ctx context.Context, user string) error {
	if err := b.home(ctx, user); !errors.Is(err, errOver) {
		return err
	}
	return nil
}

// surface is an event about a place of the app's own rather than of what
// somebody said: its Home tab, its assistant.
type surface struct {
	Event struct {
		Type   string `json:"type"`
		User   string `json:"user"`
		View   *view  `json:"view"`
		Thread struct {
			User    string `json:"user_id"`
			Channel string `json:"channel_id"`
			TS      string `json:"thread_ts"`
			Context struct {
				Channel string `json:"channel_id"`
			} `json:"context"`
		} `json:"assistant_thread"`
	} `json:"event"`
}

// surfaces says whether an event is about such a place.
func (p *eventPayload) surfaces() bool {
	switch p.Event.Type {
	case "app_home_opened":
		return p.Event.Tab == "home" && p.Event.User != ""
	case "assistant_thread_started", "assistant_thread_context_changed":
		return true
	}
	return false
}

func (b *Bot) actSurface(ctx context.Context, payload json.RawMessage) error {
	p, err := decode[surface](payload)
	if err != nil {
		return nil
	}
	if p.Event.Type == "app_home_opened" {
		return b.opened(ctx, p.Event.User, p.Event.View == nil)
	}
	return b.assist(ctx, &p)
}
