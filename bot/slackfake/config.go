package slackfake

import (
	"cmp"
	"log/slog"
	"time"
)

// Config describes the workspace and how strictly Slack behaves. The zero
// value is a useful workspace: team T0FAKE, channel C0INCIDENT with the app in
// it, three people, one user group.
type Config struct {
	// Addr is where New listens; 127.0.0.1:0 by default. Only loopback is
	// accepted: the tokens of this Slack are no secret.
	Addr string
	// BaseURL is set when the handler is mounted in another server: it is how
	// clients reach it, and New then binds nothing.
	BaseURL string

	App      App
	Manifest Manifest

	Timing Timing
	Pace   Pace
	// Duplicates is the share of events, 0 to 1, that arrive twice in the same
	// envelope, as Slack sometimes does.
	Duplicates float64
	// AckSameSocket ignores an acknowledgement that comes over another socket
	// than its envelope. Nobody outside Slack knows which is right.
	AckSameSocket bool

	// BeforeCall runs before Slack looks at a call, AfterStored after it has
	// stored a call's effect and before it answers. Both run in the request's
	// goroutine and hold the call up; they may block, but must not call Close.
	BeforeCall  func(Call)
	AfterStored func(Call)

	// Seed makes ids and choices repeatable; the order of arrivals remains the
	// clients' own.
	Seed uint64
	// Now is the clock that stamps messages and expires triggers, response
	// URLs and rate limits. Timers always run on the real clock.
	Now func() time.Time
	// Keep bounds each record (calls, deliveries, pings, links, replies,
	// ephemeral messages); 100,000 by default.
	Keep int
	// Log gets what a maintainer of the fake wants to see; nil discards it.
	Log *slog.Logger
}

// Manifest is what the app asked for when it was installed. Nil lists stand
// for everything that makes sense, so that only tests about them need any.
type Manifest struct {
	// Scopes are the bot scopes. A call that needs another one answers
	// missing_scope, an event that does is not sent. Nil grants what the
	// methods here need, which leaves out chat:write.public: the app posts
	// where it has been invited.
	Scopes []string
	// Events are the bot events; nil is DefaultEvents.
	Events []string
	// Commands are the slash commands; nil accepts any.
	Commands []string
	// UnescapedCommands is should_escape false: people's @names, #channels and
	// links arrive in a command as they typed them.
	UnescapedCommands bool
}

// App is the app installed in the workspace. Empty fields get the defaults in
// the comments.
type App struct {
	ID       string // A0ROF
	Name     string // rof
	UserID   string // U0ROF, the bot user
	BotID    string // B0ROF
	BotToken string // xoxb-slackfake
	AppToken string // xapp-slackfake
	// Token is the deprecated verification token that payloads still carry.
	Token string
}

// Timing is how long Slack waits. Zero fields are Slack's own durations.
type Timing struct {
	Ack          time.Duration   // for an acknowledgement: 3 s
	Redeliver    []time.Duration // before each retry of an event: 0, 1 min, 5 min; empty: no retries
	Ping         time.Duration   // between WebSocket pings: 10 s; negative sends none
	Warning      time.Duration   // a warned socket keeps delivering: 10 s
	Refresh      time.Duration   // a refreshed socket is closed, if its client has not: 1 s
	Connection   time.Duration   // life of a socket before it is refreshed: for ever
	Ticket       time.Duration   // life of a socket's URL: 30 s
	Trigger      time.Duration   // life of a trigger_id: 3 s
	ResponseURL  time.Duration   // life of a response_url: 30 min
	WriteTimeout time.Duration   // for one frame to a client that reads slowly: 5 s
}

// Pace is Slack's rate limits.
type Pace struct {
	// Off lets everything through.
	Off bool
	// Every is the sustained interval between messages in one channel, 1 s by
	// default; Burst how many may come at once before that, 15 by default.
	// Slack promises the first and tolerates some of the second.
	Every time.Duration
	Burst int
	// Tiers also enforces the documented calls per minute of each method.
	Tiers bool
}

// DefaultEvents are the bot events that a nil Manifest.Events stands for.
func DefaultEvents() []string {
	return []string{
		"app_mention", "message.im", "app_home_opened", "assistant_thread_started",
		"assistant_thread_context_changed", "reaction_added", "pin_added",
	}
}

// Faster divides every duration by n, for tests that cannot wait for Slack.
func (t Timing) Faster(n int) Timing {
	t = t.withDefaults()
	d := time.Duration(max(n, 1))
	for i := range t.Redeliver {
		t.Redeliver[i] /= d
	}
	for _, p := range []*time.Duration{
		&t.Ack, &t.Ping, &t.Warning, &t.Refresh, &t.Connection, &t.Ticket, &t.Trigger, &t.ResponseURL,
	} {
		*p /= d
	}
	return t
}

func (t Timing) withDefaults() Timing {
	t.Ack = cmp.Or(t.Ack, 3*time.Second)
	if t.Redeliver == nil {
		t.Redeliver = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	t.Redeliver = append([]time.Duration{}, t.Redeliver...)
	t.Ping = cmp.Or(t.Ping, 10*time.Second)
	t.Warning = cmp.Or(t.Warning, 10*time.Second)
	t.Refresh = cmp.Or(t.Refresh, time.Second)
	t.Ticket = cmp.Or(t.Ticket, 30*time.Second)
	t.Trigger = cmp.Or(t.Trigger, 3*time.Second)
	t.ResponseURL = cmp.Or(t.ResponseURL, 30*time.Minute)
	t.WriteTimeout = cmp.Or(t.WriteTimeout, 5*time.Second)
	return t
}

func (c Config) withDefaults() Config {
	c.Addr = cmp.Or(c.Addr, "127.0.0.1:0")
	c.App.ID = cmp.Or(c.App.ID, "A0ROF")
	c.App.Name = cmp.Or(c.App.Name, "rof")
	c.App.UserID = cmp.Or(c.App.UserID, "U0ROF")
	c.App.BotID = cmp.Or(c.App.BotID, "B0ROF")
	c.App.BotToken = cmp.Or(c.App.BotToken, "xoxb-slackfake")
	c.App.AppToken = cmp.Or(c.App.AppToken, "xapp-slackfake")
	c.App.Token = cmp.Or(c.App.Token, "verification-token")
	if c.Manifest.Events == nil {
		c.Manifest.Events = DefaultEvents()
	}
	c.Timing = c.Timing.withDefaults()
	c.Pace.Every = cmp.Or(c.Pace.Every, time.Second)
	c.Pace.Burst = cmp.Or(c.Pace.Burst, 15)
	c.Seed = cmp.Or(c.Seed, 1)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Keep = cmp.Or(c.Keep, 100_000)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
