package postgres

import (
	"cmp"
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
// was not told just before, and else once for all, bellPause after the first of them.
type bell struct {
	tell   func(context.Context, []news)
	closed context.Context // has ended when close is called

	mu    sync.Mutex
	told  map[news]time.Time
	late  map[news]bool // to tell when the timer rings
	timer *time.Timer
	under sync.WaitGroup
}

func newBell(closed context.Context, tell func(context.Context, []news)) *bell {
	return &bell{tell: tell, closed: closed, told: make(map[news]time.Time), late: make(map[news]bool)}
}

// ring parts a commit's news into what to tell with it and what after it, see
// committed.
func (b *bell) ring(list []news) (now, later []news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := time.Now()
	for _, n := range list {
		if at.Sub(b.told[n]) < bellPause {
			later = append(later, n)
			continue
		}
		b.told[n] = at
		now = append(now, n)
	}
	return now, later
}

// committed says that there is now what was to be told later: who is woken before
// that looks in vain, and is not woken again.
func (b *bell) committed(later []news) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(later) == 0 || b.closed.Err() != nil {
		return
	}
	for _, n := range later {
		b.late[n] = true
	}
	if b.timer == nil {
		b.under.Add(1)
		b.timer = time.AfterFunc(bellPause, b.rest)
	}
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
	slices.SortFunc(list, func(x, y news) int { return cmp.Or(cmp.Compare(x.channel, y.channel), cmp.Compare(x.text, y.text)) })
	ctx, cancel := context.WithTimeout(b.closed, patience)
	defer cancel()
	b.tell(ctx, list)
}

// close waits for what is being told. What is not told yet is found by looking.
func (b *bell) close() {
	b.mu.Lock()
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
