package webhook_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ragoffire/webhook/browsertest"
)

// browser is a headless Chromium that keeps what a person would notice.
type browser struct {
	t   testing.TB
	ctx context.Context

	mu      sync.Mutex
	dialogs int
	console []string
	foreign []string
}

// browse opens a browser for the pages of a rig.
func browse(t testing.TB, own ...string) *browser {
	t.Helper()
	b := &browser{t: t}
	b.ctx = browsertest.Open(t, 2*time.Minute, func(ev any) { b.notice(ev, own) })
	return b
}

func (b *browser) notice(ev any, own []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *page.EventJavascriptDialogOpening:
		b.dialogs++
	case *log.EventEntryAdded:
		b.console = append(b.console, fmt.Sprint(ev.Entry.Level, " ", ev.Entry.Text, " ", ev.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		b.console = append(b.console, fmt.Sprint(ev.Type, " from the console"))
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, ev.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		for _, base := range append(own, "data:", "about:", "chrome") {
			if strings.HasPrefix(ev.Request.URL, base) {
				return
			}
		}
		b.foreign = append(b.foreign, ev.Request.URL)
	}
}

func (b *browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// js evaluates an expression.
func js[T any](b *browser, expression string) T {
	b.t.Helper()
	var v T
	b.run(chromedp.Evaluate(expression, &v))
	return v
}

// sees waits until an expression holds on the page.
func (b *browser) sees(what, expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		if js[bool](b, "Boolean("+expression+")") {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("not seen: %s\n%.1500s", what, js[string](b, "document.body.innerText"))
		}
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

// click is a real click on what a selector finds. It goes by where that is: ids of
// nodes are not to be relied on while one page takes the place of another.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, selector))
	at := js[[]float64](b, fmt.Sprintf(`(e => { e.scrollIntoView({ block: 'center', behavior: 'instant' }); const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2]; })(document.querySelector(%q))`, selector))
	b.run(chromedp.MouseClickXY(at[0], at[1]))
}

// types puts the caret into a field and types there.
func (b *browser) types(selector, keys string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, selector))
	b.run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).focus()`, selector), nil), chromedp.KeyEvent(keys))
}

// quiet fails if anything went wrong that only a console or a dialog tells.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dialogs > 0 || len(b.console) > 0 || len(b.foreign) > 0 {
		b.t.Errorf("dialogs %d, console %q, requests elsewhere %q", b.dialogs, b.console, b.foreign)
	}
}

// forget drops what was noticed so far.
func (b *browser) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.console = nil
}

func (b *browser) size(width, height int64) {
	b.t.Helper()
	b.run(emulation.SetDeviceMetricsOverride(width, height, 1, false))
}

// cable is a connection to a server that can be cut.
type cable struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	conns    []net.Conn
	cut      bool
	wg       sync.WaitGroup
}

func newCable(t *testing.T, target string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	c := &cable{listener: l, target: target}
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		_ = l.Close()
		c.set(true)
		c.wg.Wait()
	})
	return c
}

func (c *cable) url() string { return "http://" + c.listener.Addr().String() }

func (c *cable) accept() {
	for {
		in, err := c.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", c.target)
		c.mu.Lock()
		if c.cut || err != nil {
			_ = in.Close()
			if err == nil {
				_ = out.Close()
			}
			c.mu.Unlock()
			continue
		}
		c.conns = append(c.conns, in, out)
		c.mu.Unlock()
		for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
			c.wg.Go(func() {
				buf := make([]byte, 4096)
				for {
					n, err := way[0].Read(buf)
					if n > 0 {
						if _, werr := way[1].Write(buf[:n]); werr != nil {
							err = werr
						}
					}
					if err != nil {
						_, _ = way[0].Close(), way[1].Close()
						return
					}
				}
			})
		}
	}
}

// set cuts the cable, or mends it.
func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.conns {
			_ = conn.Close()
		}
		c.conns = nil
	}
}
