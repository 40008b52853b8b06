package bot

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// ThreadsConfig is what Threads is made of. BotToken is required.
type ThreadsConfig struct {
	BotToken string
	APIURL   string       // https://slack.com/api/
	Log      *slog.Logger // discards
}

// Threads reads what people said in channels, for history. It needs no socket
// and no store, and can run beside a bot.
type Threads struct {
	api   *slack.Client
	log   *slog.Logger
	names *names
}

// NewThreads returns a reader; it makes no call.
func NewThreads(cfg ThreadsConfig) *Threads {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	url := strings.TrimRight(cmp.Or(cfg.APIURL, slack.APIURL), "/") + "/"
	client := &http.Client{Timeout: 20 * time.Second, Transport: transport()}
	api := slack.New(cfg.BotToken, slack.OptionAPIURL(url), slack.OptionHTTPClient(client))
	return &Threads{api: api, log: cfg.Log, names: &names{api: api, now: time.Now, known: map[string]named{}}}
}

// Slack gives at most so many messages a page.
const (
	historyPage = 200
	repliesPage = 500
	// longestThread is how many replies of a thread are read: its end, where the
	// fix is told, lies within.
	longestThread = 2000
)

// Read hands over the threads that began in a channel since a time, newest
// first, with what was said in them. Those of which known says that they are
// known with that last reply are skipped, so a reading that broke off goes on
// where it was. The bot's own messages are no history: they are in the store.
func (t *Threads) Read(ctx context.Context, channel string, since time.Time, known func(ts, latest string) (bool, error), each func(engine.Thread) error) error {
	who, err := retry(ctx, t.log, func(ctx context.Context) (*slack.AuthTestResponse, error) { return t.api.AuthTestContext(ctx) })
	if err != nil {
		return t.refused(err, channel)
	}
	for cursor := ""; ; {
		page, err := retry(ctx, t.log, func(ctx context.Context) (*slack.GetConversationHistoryResponse, error) {
			return t.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: channel, Oldest: stamp(since), Limit: historyPage, Cursor: cursor, IncludeAllMetadata: true,
			})
		})
		if err != nil {
			return t.refused(err, channel)
		}
		for n := range page.Messages {
			m := &page.Messages[n]
			if m.ReplyCount == 0 || m.BotID != "" && m.BotID == who.BotID || m.Metadata.EventType == metadataType {
				continue
			}
			skip, err := known(m.Timestamp, m.LatestReply)
			if err == nil && !skip {
				err = t.thread(ctx, who, channel, m, each)
			}
			if err != nil {
				return err
			}
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			return nil
		}
	}
}

func (t *Threads) thread(ctx context.Context, who *slack.AuthTestResponse, channel string, first *slack.Message, each func(engine.Thread) error) error {
	type page struct {
		messages []slack.Message
		next     string
	}
	out := engine.Thread{
		Channel: channel, TS: first.Timestamp, Latest: first.LatestReply,
		URL: strings.TrimRight(who.URL, "/") + "/archives/" + channel + "/p" + strings.ReplaceAll(first.Timestamp, ".", ""),
	}
	for cursor := ""; ; {
		p, err := retry(ctx, t.log, func(ctx context.Context) (p page, err error) {
			p.messages, _, p.next, err = t.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: first.Timestamp, Limit: repliesPage, Cursor: cursor,
			})
			return p, err
		})
		if err != nil {
			return t.refused(err, channel)
		}
		for n := range p.messages {
			m := &p.messages[n]
			if m.BotID != "" && m.BotID == who.BotID {
				continue
			}
			out.Said = append(out.Said, engine.ThreadMessage{At: timeOf(m.Timestamp), Bot: m.BotID != "", Text: t.textOf(ctx, m)})
		}
		if cursor = p.next; cursor == "" || len(out.Said) >= longestThread {
			return each(out)
		}
	}
}

// textOf is what a message says, in its text or else in its attachments.
func (t *Threads) textOf(ctx context.Context, m *slack.Message) string {
	var p picked
	p.Message.Text = t.names.in(ctx, m.Text)
	for n := range m.Attachments {
		at := &m.Attachments[n]
		p.Message.Attachments = append(p.Message.Attachments, attachment{at.Title, at.Text, at.Fallback})
	}
	return p.words()
}

// timeOf is a message's timestamp as a time.
func timeOf(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	us, _ := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
	return time.Unix(s, us*1000).UTC()
}

// attempts is how often a call is made that Slack does not answer.
const attempts = 6

// retry makes a call that only reads until Slack answers. A rate limit is waited
// for, however often it comes.
func retry[T any](ctx context.Context, log *slog.Logger, call func(context.Context) (T, error)) (T, error) {
	for n := 1; ; n++ {
		v, err := call(ctx)
		wait := backoff(500*time.Millisecond, n, 30*time.Second)
		limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
		switch {
		case err == nil || ctx.Err() != nil:
			return v, err
		case isLimited:
			n, wait = n-1, limited.RetryAfter
			log.InfoContext(ctx, "slack asks to wait", "for", wait)
		case !uncertain(err) || n == attempts:
			return v, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return v, ctx.Err()
		}
	}
}

// refused says in one line why a channel cannot be read, and what to do.
func (t *Threads) refused(err error, channel string) error {
	answer, ok := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case !ok:
		return &engine.Error{Kind: engine.Unavailable, Text: "slack does not answer; run the same again, it goes on where it was", Err: quiet(err)}
	case answer.Err == "missing_scope":
		return denied("slack: the app lacks the scope channels:history (groups:history for a private channel); add it and install the app again")
	}
	if fix := fixOf(answer.Err, channel); fix != "" {
		return denied("slack: " + answer.Err + "; " + fix)
	}
	return denied("slack: " + answer.Err)
}
