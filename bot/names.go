package bot

import (
	"context"
	"regexp"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// names turns user ids into names, for deliveries that bring only the id.
type names struct {
	api *slack.Client
	now func() time.Time

	mu    sync.Mutex
	known map[string]named
}

type named struct {
	name string
	at   time.Time
}

// of returns a user's name, or the id where Slack does not tell.
func (n *names) of(ctx context.Context, id string) string {
	n.mu.Lock()
	k, ok := n.known[id]
	n.mu.Unlock()
	if ok && n.now().Sub(k.at) < time.Hour {
		return k.name
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	name := id
	keep := 55 * time.Minute // a failure is asked about again in five
	if u, err := n.api.GetUserInfoContext(ctx, id); err == nil && u.Name != "" {
		name, keep = u.Name, 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) > 10_000 {
		clear(n.known)
	}
	n.known[id] = named{name: name, at: n.now().Add(-keep)}
	return name
}

// nameless are people and groups whose names Slack leaves out: what is said in a
// message has ids alone.
var (
	nameless      = regexp.MustCompile(`<@([UW][A-Z0-9]+)\|?>`)
	namelessGroup = regexp.MustCompile(`<!subteam\^(S[A-Z0-9]+)\|?>`)
)

// in puts the names of people into what somebody wrote: others read it later.
func (n *names) in(ctx context.Context, text string) string {
	return nameless.ReplaceAllStringFunc(text, func(m string) string {
		id := nameless.FindStringSubmatch(m)[1]
		return "<@" + id + "|" + n.of(ctx, id) + ">"
	})
}

// named puts those of groups in, too.
func (b *Bot) named(ctx context.Context, text string) string {
	return namelessGroup.ReplaceAllStringFunc(b.names.in(ctx, text), func(m string) string {
		id := namelessGroup.FindStringSubmatch(m)[1]
		return "<!subteam^" + id + "|" + b.people.handle(ctx, id) + ">"
	})
}

// lobby remembers for a while who asked for an analysis: where the bot turns
// out not to be let into the channel, the answer can still reach them.
type lobby struct {
	mu     sync.Mutex
	asking map[string]waiting
}

type waiting struct {
	asker
	since time.Time
}

// A response URL lives for 30 minutes.
const lobbyTime = 25 * time.Minute

func (l *lobby) put(a asker, now time.Time) {
	if a.responseURL == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asking) > 1000 {
		for k, w := range l.asking {
			if now.Sub(w.since) > lobbyTime || len(l.asking) > 2000 {
				delete(l.asking, k)
			}
		}
	}
	l.asking[a.request] = waiting{a, now}
}

func (l *lobby) take(request string, now time.Time) (asker, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, ok := l.asking[request]
	delete(l.asking, request)
	return w.asker, ok && now.Sub(w.since) < lobbyTime
}
