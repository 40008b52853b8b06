package postgres

import (
	"context"
	"slices"
	"sync"
	"time"
)

// What a commit tells the other processes, on these channels: that there are
// events, and of which kind jobs are due.
const (
	channelEvents = "rof_events"
	channelJobs   = "rof_jobs"
)

// news is what is told: a channel and what is said on it.
type news struct{ channel, text string }

// bellPause is the time between two times of telling the same. In a storm each
// commit has the same to say, to all; to hear it is more work for them than to
// look. It is less than what a reader of the feed pauses between two looks.
const bellPause = 20 * time.Millisecond

// bell tells other processes what a commit has for them: with the commit where it
// was not told just before, and else once for all after bellPause.
type bell struct {
	tell func(context.Context, []news)

	mu      sync.Mutex
	told    map[news]time.Time
	late    map[news]bool // to tell when the timer rings
	timer   *time.Timer
	closed  context.Context
	under   sync.WaitGroup
	closing bool
}

func newBell(closed context.Context, tell func(context.Context, []news)) *bell {
	return &bell{tell: tell, told: make(map[news]time.Time), late: make(map[news]bool), closed: closed}
}

// ring returns what of a commit's news to tell with it. The rest is told soon
// after; where the commit fails, that wakes somebody for nothing.
func (b *bell) ring(list []news) (now []news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := time.Now()
	for _, n := range list {
		switch {
		case b.late[n]:
		case at.Sub(b.told[n]) >= bellPause:
			b.told[n] = at
			now = append(now, n)
		default:
			b.late[n] = true
			if b.timer == nil && !b.closing {
				b.under.Add(1)
				b.timer = time.AfterFunc(bellPause, b.rest)
			}
		}
	}
	return now
}

// rest tells what was not told with the commits.
func (b *bell) rest() {
	defer b.under.Done()
	b.mu.Lock()
	var list []news
	for n := range b.late {
		list = append(list, n)
		b.told[n] = time.Now()
	}
	clear(b.late)
	b.timer = nil
	b.mu.Unlock()
	slices.SortFunc(list, func(x, y news) int { return slices.Compare([]string{x.channel, x.text}, []string{y.channel, y.text}) })
	ctx, cancel := context.WithTimeout(b.closed, patience)
	defer cancel()
	b.tell(ctx, list)
}

// close waits for what is being told. What is not told yet is found by looking.
func (b *bell) close() {
	b.mu.Lock()
	b.closing = true
	if b.timer != nil && b.timer.Stop() {
		b.under.Done()
	}
	b.mu.Unlock()
	b.under.Wait()
}

// notify is the statement that tells.
func notify(list []news) statement {
	channels, texts := make([]string, len(list)), make([]string, len(list))
	for i, n := range list {
		channels[i], texts[i] = n.channel, n.text
	}
	return statement{`SELECT pg_notify(c, t) FROM unnest($1::text[], $2::text[]) AS u (c, t)`, []any{channels, texts}}
}

// tell tells by itself what commits left. A database that is away wakes nobody:
// they look each second.
func (s *Store) tell(ctx context.Context, list []news) {
	st := notify(list)
	_, _ = s.pool.Exec(ctx, st.sql, st.args...)
}
