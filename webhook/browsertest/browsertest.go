// Package browsertest looks at pages in a headless Chromium, as a person would.
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ragoffire/webhook/npmtest"
)

// Browser is a headless Chromium that keeps what a person would notice.
type Browser struct {
	t   testing.TB
	ctx context.Context
	own []string // what the addresses begin with that its pages may ask

	mu       sync.Mutex
	wrong    []string
	forgiven []string
}

const (
	patience = 4 * time.Minute  // of a test
	seen     = 30 * time.Second // until something must have come
)

// New opens a browser for the pages of some addresses. Without a Chromium the test
// is skipped, except in CI, where it fails.
func New(t testing.TB, own ...string) *Browser {
	t.Helper()
	b := &Browser{t: t, own: append(own, "data:", "about:", "chrome")}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(find(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 800))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	ctx, cancelTime := context.WithTimeout(ctx, patience)
	t.Cleanup(func() {
		cancelTime()
		cancel()
		cancelAllocator()
	})
	b.ctx = ctx
	chromedp.ListenTarget(ctx, b.notice)
	b.Run(network.Enable(), log.Enable(), runtime.Enable(), page.Enable())
	return b
}

func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium here, and CI must not skip this")
	}
	t.Skip("no Chromium here")
	return ""
}

func (b *Browser) notice(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *page.EventJavascriptDialogOpening:
		b.wrong = append(b.wrong, "a dialog: "+ev.Message)
	case *log.EventEntryAdded:
		b.wrong = append(b.wrong, fmt.Sprint(ev.Entry.Level, " ", ev.Entry.Text, " ", ev.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		b.wrong = append(b.wrong, fmt.Sprint(ev.Type, " from the console"))
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, ev.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		for _, base := range b.own {
			if strings.HasPrefix(ev.Request.URL, base) {
				return
			}
		}
		b.wrong = append(b.wrong, "a request to "+ev.Request.URL)
	}
}

// Quiet fails if anything went wrong that only a console or a dialog tells.
func (b *Browser) Quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.wrong {
		if !b.forgives(line) {
			b.t.Errorf("the browser noticed %q", line)
		}
	}
	b.wrong = nil
}

// Forgive expects lines that have this in them: the browser's own, on an answer
// that was provoked.
func (b *Browser) Forgive(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgiven = append(b.forgiven, part)
}

func (b *Browser) forgives(line string) bool {
	for _, part := range b.forgiven {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

// Run does something of chromedp's.
func (b *Browser) Run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.Shot("failed")
		b.t.Fatal(err)
	}
}

// JS evaluates an expression.
func JS[T any](b *Browser, expression string) T {
	b.t.Helper()
	var v T
	b.Run(chromedp.Evaluate(expression, &v))
	return v
}

// Sees waits until an expression holds on the page.
func (b *Browser) Sees(what, expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(seen); ; time.Sleep(30 * time.Millisecond) {
		if JS[bool](b, "Boolean("+expression+")") {
			return
		}
		if time.Now().After(deadline) {
			b.Shot("failed")
			b.t.Fatalf("not seen: %s\n%.3000s", what, JS[string](b, "document.body.innerText"))
		}
	}
}

// Reads waits until what a selector finds says a text.
func (b *Browser) Reads(selector, text string) {
	b.t.Helper()
	b.Sees(fmt.Sprintf("%q in %s", text, selector), fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))`, selector, text))
}

// Open goes to an address.
func (b *Browser) Open(url string) {
	b.t.Helper()
	b.Run(chromedp.Navigate(url))
}

// Click is a real click on the first that a selector finds. It goes by where that
// is: ids of nodes are not to be relied on while one page takes the place of
// another.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.visible(selector)
	at := JS[[]float64](b, fmt.Sprintf(`(e => { e.scrollIntoView({ block: 'center', behavior: 'instant' }); const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2]; })(document.querySelector(%q))`, selector))
	b.Run(chromedp.MouseClickXY(at[0], at[1]))
}

// ClickLast clicks the last that a selector finds, wherever that moves meanwhile.
func (b *Browser) ClickLast(selector string) {
	b.t.Helper()
	list := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility())`, selector)
	b.Sees(selector, list+`.length`)
	b.Run(chromedp.Evaluate(list+`.at(-1).click()`, nil))
}

// Types puts the caret into a field and types there, key by key.
func (b *Browser) Types(selector, keys string) {
	b.t.Helper()
	b.visible(selector)
	b.Run(chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).focus()`, selector), nil), chromedp.KeyEvent(keys))
}

func (b *Browser) visible(selector string) {
	b.t.Helper()
	b.Sees(selector, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, selector))
}

// Size makes the window as large as a desk's or a phone's.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	b.Run(emulation.SetDeviceMetricsOverride(width, height, 1, false))
}

// Dress sets the scheme of colours, with nothing moving.
func (b *Browser) Dress(scheme string) {
	b.t.Helper()
	b.Run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}))
}

// Shot keeps a picture of what the window shows, where go test -artifacts is asked
// for.
func (b *Browser) Shot(name string) {
	b.t.Helper()
	var png []byte
	b.keep(name, &png, input.DispatchMouseEvent(input.MouseMoved, 0, 0), chromedp.CaptureScreenshot(&png))
}

// Whole keeps a picture of all of the page.
func (b *Browser) Whole(name string) {
	b.t.Helper()
	var png []byte
	b.keep(name, &png, chromedp.FullScreenshot(&png, 100))
}

// keep fails no test: a picture is there for who looks into what failed.
func (b *Browser) keep(name string, png *[]byte, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), *png, 0o644); err != nil {
		b.t.Log(err)
	}
}

// Axe fails with what axe-core finds wrong on the page as it is.
func (b *Browser) Axe(what string) {
	b.t.Helper()
	if !JS[bool](b, `typeof axe === 'object'`) {
		dir := npmtest.Dir(b.t, "ROF_TEST_AXE", "axe-core@4.14.1")
		source, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
		if err != nil {
			b.t.Fatal(err)
		}
		b.Run(chromedp.Evaluate(string(source)+"\n;undefined", nil))
	}
	var found []string
	const check = `axe.run(document, {iframes: false}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.any.map(a => a.message).join(' ')).slice(0, 3).join(' | ')))`
	b.Run(chromedp.Evaluate(check, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	for _, v := range found {
		b.t.Errorf("%s: axe: %s", what, v)
	}
}
