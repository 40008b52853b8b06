package webhook

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// A hundred dashboards ask for the same page within a moment of an event. They
// say which event made them ask, and a page that was begun after that event is
// as good for all of them as for the first.
const (
	afterHeader = "X-After" // the seq of the event
	memoFor     = 2 * time.Second
	memoPages   = 256
)

// memo keeps rendered pages for a moment.
type memo struct {
	mu    sync.Mutex
	pages map[string]*memoPage
}

type memoPage struct {
	mu    sync.Mutex // held while the page is made, so that one makes it
	after int64      // it shows all events up to this one
	at    time.Time
	body  packed
}

// answer gives a page to a browser that follows the feed: one that was made
// since the event it names, or a new one. Without a name it is always new.
func (m *memo) answer(c echo.Context, now time.Time, render func() ([]byte, error)) error {
	after, err := strconv.ParseInt(c.Request().Header.Get(afterHeader), 10, 64)
	if err != nil || after < 0 {
		body, err := render()
		if err != nil {
			return err
		}
		return pack(body).send(c, http.StatusOK, echo.MIMETextHTMLCharsetUTF8)
	}
	p := m.page(whoIs(c.Request().Context()).viewer() + "\x00" + c.Request().URL.RequestURI() + "\x00" + c.Request().Header.Get(rowsHeader))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.body.plain == nil || p.after < after || now.Sub(p.at) > memoFor {
		body, err := render()
		if err != nil {
			return err
		}
		p.body, p.at, p.after = pack(body), now, max(after, p.after)
	}
	return p.body.send(c, http.StatusOK, echo.MIMETextHTMLCharsetUTF8)
}

func (m *memo) page(key string) *memoPage {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pages == nil || len(m.pages) >= memoPages {
		m.pages = make(map[string]*memoPage)
	}
	p := m.pages[key]
	if p == nil {
		p = &memoPage{}
		m.pages[key] = p
	}
	return p
}

// cached keeps figures for a moment: every open dashboard asks for them at every
// change.
type cached[T any] struct {
	mu  sync.Mutex
	at  time.Time
	was T
}

func (c *cached[T]) get(ctx context.Context, now time.Time, load func(context.Context) (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() && now.Sub(c.at) < statsFor {
		return c.was, nil
	}
	v, err := load(ctx)
	if err == nil {
		c.was, c.at = v, now
	}
	return v, err
}
