package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// The brake. slack-go reconnects without a pause whenever Slack asks it to, and
// where Slack asks at every connection (Socket Mode switched off, too many
// sockets) that makes hundreds of calls a second. A healthy socket is refreshed
// every few hours.
const (
	stormConnects = 10
	stormWindow   = 30 * time.Second
)

// inFlight bounds the envelopes being stored at once in this process.
const inFlight = 64

// socket is one Socket Mode connection that is kept open. There are two, since
// what Slack sends to a socket after announcing its end is lost: the other one
// is open meanwhile, and Slack sends each envelope to any one of them.
type socket struct {
	bot   *Bot
	log   *slog.Logger
	name  int
	slots chan struct{} // taken while an envelope is received
	jobs  sync.WaitGroup

	connects []time.Time // within the window; the loop's alone
}

func (b *Bot) socket(n int) *socket {
	return &socket{bot: b, log: b.log.With("socket", n), name: n, slots: make(chan struct{}, inFlight)}
}

var (
	errStorm = errors.New("slack ends every connection at once")
	errApart = errors.New("both sockets are down; the second waits for the first")
)

// run keeps the socket open until ctx ends, or an error that lasts.
func (s *socket) run(ctx context.Context) error {
	defer s.jobs.Wait()
	defer s.bot.links.close(s.name)
	for pause := 10 * time.Second; ; {
		started := time.Now()
		err := s.connect(ctx)
		s.bot.links.close(s.name)
		switch {
		case ctx.Err() != nil:
			return nil
		case refusesToken(err):
			return fmt.Errorf("slack refuses SLACK_APP_TOKEN (%w): make one with the scope connections:write on the app's Basic Information page, and switch Socket Mode on", err)
		}
		if errors.Is(err, errApart) {
			if !s.bot.sleep(ctx, s.bot.cfg.Stagger) {
				return nil
			}
			continue
		}
		if time.Since(started) > 5*time.Minute {
			pause = 10 * time.Second
		}
		s.bot.links.fail(err)
		if errors.Is(err, errStorm) {
			s.bot.cfg.Count(CountStorm)
		}
		s.log.WarnContext(ctx, "the connection to slack is given a rest", "after", pause, "error", quiet(err))
		if !s.bot.sleep(ctx, pause) {
			return nil
		}
		pause = min(2*pause, 5*time.Minute)
	}
}

// connect runs one client and its event loop until either ends.
func (s *socket) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	client := socketmode.New(s.bot.api)
	s.connects = s.connects[:0]
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case ev := <-client.Events:
			if err := s.handle(ctx, client, ev); err != nil {
				cancel(err)
				<-ended // its sends heed ctx, so it ends without being read
				return err
			}
		case err := <-ended:
			return err
		}
	}
}

// handle is the event loop's body. Nothing in it waits: a loop that does not
// read wedges slack-go for good.
func (s *socket) handle(ctx context.Context, client *socketmode.Client, ev socketmode.Event) error {
	switch ev.Type {
	case socketmode.EventTypeConnecting:
		s.bot.links.close(s.name)
		e, ok := ev.Data.(*slack.ConnectingEvent)
		if again := ok && e.ConnectionCount > 0; again && s.name > 0 && s.bot.cfg.Stagger > 0 && s.bot.links.health().Sockets == 0 {
			// Opened together, both would be refreshed together for ever after.
			return errApart
		}
	case socketmode.EventTypeConnected:
		return s.brake(time.Now())
	case socketmode.EventTypeHello:
		s.bot.links.open(s.name)
	case socketmode.EventTypeConnectionError:
		if e, ok := ev.Data.(*slack.ConnectionErrorEvent); ok {
			s.bot.links.fail(e.ErrorObj)
			if refusesToken(e.ErrorObj) {
				return e.ErrorObj // slack-go would go on for ever
			}
			s.log.WarnContext(ctx, "slack cannot be reached", "attempt", e.Attempt, "again_in", e.Backoff, "error", quiet(e.ErrorObj))
		}
	case socketmode.EventTypeErrorBadMessage:
		if e, ok := ev.Data.(*socketmode.ErrorBadMessage); ok {
			s.log.DebugContext(ctx, "slack-go cannot read a message", "error", e.Cause)
			s.take(ctx, client, salvage(e.Message))
		}
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		s.take(ctx, client, ev.Request)
	case socketmode.EventTypeErrorWriteFailed:
		if e, ok := ev.Data.(*socketmode.ErrorWriteFailed); ok && e.Response != nil {
			s.repeat(ctx, client, *e.Response)
		}
	}
	return nil
}

// take has a request received beside the loop; where too many are under way it
// is left alone, and Slack delivers it again or tells the person.
func (s *socket) take(ctx context.Context, client *socketmode.Client, req *socketmode.Request) {
	if req == nil || req.EnvelopeID == "" {
		return
	}
	select {
	case s.slots <- struct{}{}:
	default:
		s.bot.cfg.Count(CountDropped)
		s.log.ErrorContext(ctx, "too many envelopes at once; slack is left to deliver this one again", "envelope", req.EnvelopeID)
		return
	}
	s.jobs.Go(func() {
		defer func() { <-s.slots }()
		// What has arrived is received, even while the socket closes.
		s.bot.receive(context.WithoutCancel(ctx), client, req)
	})
}

// repeat queues an acknowledgement that was not written for the next connection.
func (s *socket) repeat(ctx context.Context, client *socketmode.Client, r socketmode.Response) {
	s.jobs.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, ackWithin)
		defer cancel()
		if err := client.SendCtx(ctx, r); err != nil {
			s.log.DebugContext(ctx, "an acknowledgement is lost", "envelope", r.EnvelopeID, "error", err)
		}
	})
}

// brake counts a connection and reports a storm.
func (s *socket) brake(now time.Time) error {
	kept := s.connects[:0]
	for _, t := range s.connects {
		if now.Sub(t) < stormWindow {
			kept = append(kept, t)
		}
	}
	s.connects = append(kept, now)
	if len(s.connects) > stormConnects {
		return errStorm
	}
	return nil
}

// refusesToken tells errors that another try does not mend.
func refusesToken(err error) bool {
	if err == nil {
		return false
	}
	switch err.Error() {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "missing_scope", "no_permission":
		return true
	}
	return false
}
