package face

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ragoffire/bot/slackfake"
)

const (
	// quiet is how long a stream says nothing before it shows that it lives.
	quiet = 15 * time.Second
	// gather is how long a change waits for its like: one act is many.
	gather = 25 * time.Millisecond
	// writeWithin is how long a page may take to read.
	writeWithin = 10 * time.Second
)

// stream tells a page, as server-sent events, what a person sees and what is new
// in it. A page that comes back begins anew.
func (f *Face) stream(w http.ResponseWriter, r *http.Request) {
	me := r.URL.Query().Get("as")
	person := func(u slackfake.User) bool { return u.ID == me && !u.Bot && !u.Deleted }
	if !slices.ContainsFunc(f.cfg.Slack.Snapshot().Users, person) {
		http.Error(w, "nobody here is called that", http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(f.ctx, cancel)()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if err := f.follow(ctx, w, newWatcher(me, f.cfg.Slack.App())); err != nil && ctx.Err() == nil {
		f.log.DebugContext(ctx, "a stream broke off", "error", err)
	}
}

func (f *Face) follow(ctx context.Context, w http.ResponseWriter, page *watcher) error {
	control := http.NewResponseController(w)
	var last *slackfake.Snapshot
	for ctx.Err() == nil {
		waited, cancel := context.WithTimeout(ctx, quiet)
		err := f.cfg.Slack.WaitFor(waited, func(p *slackfake.Snapshot) bool { return p != last })
		idle := waited.Err() != nil
		cancel()
		frame := []byte(": still here\n\n")
		if err == nil {
			if !pause(ctx, gather) {
				return nil
			}
			last = f.cfg.Slack.Snapshot()
			u, err := page.next(last)
			if err != nil {
				return err
			}
			if u.empty() {
				continue
			}
			body, err := json.Marshal(u)
			if err != nil {
				return err
			}
			frame = fmt.Appendf(nil, "data: %s\n\n", body)
		} else if !idle || errors.Is(err, slackfake.ErrClosed) {
			return err
		}
		// The server's own limit is for answers that end.
		if err := control.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
			return err
		}
		if _, err := w.Write(frame); err != nil {
			return err
		}
		if err := control.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
