package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
	"ragoffire/engine/fail"
)

// WebhookConfig is what a Webhook is made of. URL and Store are required.
type WebhookConfig struct {
	URL       string // https://hooks.slack.com/services/…; a secret
	Store     engine.Store
	Log       *slog.Logger     // discards
	Now       func() time.Time // time.Now
	LinkHosts []string         // none
	Pace      engine.Pace      // burst 10, then one a second
	Refused   time.Duration    // 1 min: before a webhook that refused a post is tried again; one that failed after a twentieth of it
	Count     func(what string)
}

// Webhook announces over an incoming webhook, where there is no bot: decisions
// only, each once. A webhook cannot edit, reply or be looked into, so a verdict
// changes nothing there, and an attempt whose outcome is unknown is made once
// more: a decision may so stand there twice after a crash or a lost answer, and
// is never missing because of one.
type Webhook struct {
	cfg    WebhookConfig
	log    *slog.Logger
	http   *http.Client
	render renderer
}

// methodWebhook names the webhook's window.
const methodWebhook = "webhook"

// webhookAttempts is how often an uncertain attempt is made in all.
const webhookAttempts = 2

// NewWebhook checks the configuration. It makes no call.
func NewWebhook(cfg WebhookConfig) (*Webhook, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("SLACK_WEBHOOK_URL must be an address such as https://hooks.slack.com/services/…")
	}
	if cfg.Store == nil {
		return nil, errors.New("a store is required")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Count == nil {
		cfg.Count = func(string) {}
	}
	if cfg.Pace == (engine.Pace{}) {
		cfg.Pace = engine.Pace{Burst: 10, Every: time.Second}
	}
	cfg.Refused = cmp.Or(cfg.Refused, time.Minute)
	return &Webhook{
		cfg: cfg, log: cfg.Log.With("component", "webhook"),
		http:   &http.Client{Timeout: callWithin, Transport: transport()},
		render: renderer{hosts: cfg.LinkHosts},
	}, nil
}

// Workers do the webhook's one job.
func (w *Webhook) Workers() []engine.Worker {
	return []engine.Worker{{Kind: engine.JobAnnounce, Parallel: 2, Timeout: 2 * time.Minute, Every: time.Minute, Do: w.announce}}
}

// announce sends what a channel lacks; the channel's own name plays no part,
// for a webhook has one.
func (w *Webhook) announce(ctx context.Context, channel string) error {
	if channel == everyChannel {
		return sweep(ctx, w.cfg.Store)
	}
	for end := time.Now().Add(turn); time.Now().Before(end); {
		var posts []engine.Post
		err := w.cfg.Store.View(ctx, func(r engine.Reader) (err error) {
			posts, err = r.Posts(ctx, channel, 50)
			return err
		})
		if err != nil || len(posts) == 0 {
			return err
		}
		wait, err := w.round(ctx, posts)
		if err != nil {
			return err
		}
		if wait > 0 {
			return &engine.Again{After: wait}
		}
	}
	return &engine.Again{After: time.Millisecond}
}

func (w *Webhook) round(ctx context.Context, posts []engine.Post) (wait time.Duration, err error) {
	for _, p := range posts {
		if pause := p.NotBefore.Sub(w.cfg.Now()); pause > 0 {
			wait = soonest(wait, pause)
			continue
		}
		pause, err := w.bring(ctx, p)
		if err != nil {
			return 0, err
		}
		if pause > 0 {
			return soonest(wait, pause), nil
		}
	}
	return wait, nil
}

func (w *Webhook) bring(ctx context.Context, p engine.Post) (wait time.Duration, err error) {
	if p.Kind != engine.PostDecision || p.Sent > 0 || p.Sending && p.Attempts >= webhookAttempts {
		p.Sent, p.Sending = p.Wanted, false
		return 0, w.save(ctx, p)
	}
	var m *message
	now := w.cfg.Now()
	err = w.cfg.Store.View(ctx, func(r engine.Reader) (err error) {
		m, err = w.render.post(ctx, r, &p, now)
		return err
	})
	if engine.KindOf(err) == engine.NotFound {
		p.Dead, p.LastError = true, "its subject is gone"
		return 0, w.save(ctx, p)
	}
	if err != nil {
		return 0, err
	}
	again := p.Sending
	p.Sending, p.AttemptedAt, p.Attempts = true, now, p.Attempts+1
	err = w.cfg.Store.Update(ctx, func(tx engine.Tx) (err error) {
		if wait, err = tx.TakePace(ctx, methodWebhook, methodWebhook, w.cfg.Pace, now); err != nil || wait > 0 {
			return err
		}
		return tx.SavePost(ctx, p)
	})
	if err != nil || wait > 0 {
		return wait, err
	}
	if again {
		w.cfg.Count(CountUnsettled)
	}
	return 0, w.send(ctx, p, m)
}

func (w *Webhook) send(ctx context.Context, p engine.Post, m *message) error {
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	no := false
	fail.Point("incoming.before")
	err := slack.PostWebhookCustomHTTPContext(call, w.cfg.URL, w.http, &slack.WebhookMessage{
		Text: hosts(nil).escape(m.text, limitSection), Blocks: &slack.Blocks{BlockSet: withoutButtons(m.blocks)}, UnfurlLinks: &no, UnfurlMedia: &no,
	})
	fail.Point("incoming.stored")
	now := w.cfg.Now()
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	code, isCode := errors.AsType[slack.StatusCodeError](err)
	switch {
	case err == nil:
		w.cfg.Count(CountPosted)
		p.Sent, p.Sending, p.Attempts, p.LastError, p.Hash = p.Wanted, false, 0, "", m.hash()
		return w.save(ctx, p)
	case isLimited:
		w.cfg.Count(CountLimited)
		p.Sending, p.Attempts = false, p.Attempts-1
		return w.save(ctx, p, func(tx engine.Tx) error {
			return tx.HoldPace(ctx, methodWebhook, methodWebhook, now.Add(limited.RetryAfter))
		})
	case isCode && code.Code < 500:
		return w.refused(ctx, p, code)
	case uncertain(err):
		w.cfg.Count(CountUncertain)
	default:
		p.Sending, p.Attempts = false, p.Attempts-1
	}
	p.LastError = quiet(err).Error()
	p.NotBefore = now.Add(w.cfg.Refused / 20)
	w.log.WarnContext(ctx, "a decision is not in slack yet", "post", p.Key, "error", quiet(err))
	return w.save(ctx, p)
}

// refused keeps a post for a webhook that says no: 403 and 404 are a webhook
// taken away, 410 an archived channel. 400 is our own mistake and final.
func (w *Webhook) refused(ctx context.Context, p engine.Post, code slack.StatusCodeError) error {
	p.Sending, p.LastError = false, fmt.Sprintf("webhook answers %d", code.Code)
	if code.Code == http.StatusBadRequest || old(&p, w.cfg.Now()) {
		w.cfg.Count(CountDead)
		w.log.ErrorContext(ctx, "slack refuses a decision", "post", p.Key, "status", code.Code)
		p.Dead = true
		return w.save(ctx, p)
	}
	w.log.WarnContext(ctx, "the incoming webhook refuses posts", "status", code.Code, "fix", "make a new one on the app's page and set SLACK_WEBHOOK_URL")
	until := w.cfg.Now().Add(backoff(w.cfg.Refused, p.Attempts, 30*w.cfg.Refused))
	p.NotBefore = until
	return w.save(ctx, p, func(tx engine.Tx) error { return tx.HoldPace(ctx, methodWebhook, methodWebhook, until) })
}

func (w *Webhook) save(ctx context.Context, p engine.Post, also ...func(tx engine.Tx) error) error {
	return savePost(ctx, w.cfg.Store, p, also...)
}

// withoutButtons drops what nobody could click: a webhook gets no clicks back.
func withoutButtons(blocks []slack.Block) []slack.Block {
	var kept []slack.Block
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.ActionBlock:
			continue
		case *slack.SectionBlock:
			bare := *b
			bare.Accessory = nil
			kept = append(kept, &bare)
			continue
		}
		kept = append(kept, b)
	}
	return kept
}
