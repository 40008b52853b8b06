package main

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

	"ragoffire/bot/npmtest"
)

// browser is a headless Chromium that keeps what a person would notice.
type browser struct {
	t   *testing.T
	ctx context.Context
	own string

	mu      sync.Mutex
	wrong   []string
	forgave string // part of a line of the console that was provoked
}

// browse opens a browser for the pages of one address.
func browse(t *testing.T, own string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" && os.Getenv("CI") == "true" {
		t.Fatal("no Chromium here, and CI must not skip this")
	} else if path == "" {
		t.Skip("no Chromium here")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 800))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(ctx)
	ctx, cancelTime := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() {
		cancelTime()
		cancel()
		cancelAllocator()
	})
	b := &browser{t: t, ctx: ctx, own: own}
	chromedp.ListenTarget(ctx, b.notice)
	b.run(network.Enable(), log.Enable(), runtime.Enable(), page.Enable())
	return b
}

func (b *browser) notice(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *page.EventJavascriptDialogOpening:
		b.wrong = append(b.wrong, "a dialog: "+ev.Message)
	case *log.EventEntryAdded:
		if b.forgave != "" && strings.Contains(ev.Entry.Text, b.forgave) {
			return
		}
		b.wrong = append(b.wrong, fmt.Sprint(ev.Entry.Level, " ", ev.Entry.Text, " ", ev.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		b.wrong = append(b.wrong, fmt.Sprint(ev.Type, " from the console"))
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, ev.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		for _, base := range []string{b.own, "data:", "about:", "chrome"} {
			if strings.HasPrefix(ev.Request.URL, base) {
				return
			}
		}
		b.wrong = append(b.wrong, "a request to "+ev.Request.URL)
	}
}

// quiet fails if anything went wrong that only a console or a dialog tells.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.wrong) > 0 {
		b.t.Errorf("the browser noticed %q", b.wrong)
	}
	b.wrong = nil
}

// forgive expects a line of the console.
func (b *browser) forgive(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forgave = part
}

func (b *browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.shot("failed")
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
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(40 * time.Millisecond) {
		if js[bool](b, "Boolean("+expression+")") {
			return
		}
		if time.Now().After(deadline) {
			b.shot("failed")
			b.t.Fatalf("not seen: %s\n%.3000s", what, js[string](b, "document.body.innerText"))
		}
	}
}

// reads waits until what a selector finds says a text.
func (b *browser) reads(selector, text string) {
	b.t.Helper()
	b.sees(fmt.Sprintf("%q in %s", text, selector), fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.innerText.includes(%q))`, selector, text))
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

// click waits for the last element that a selector finds, and clicks it.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).length`, selector))
	b.run(chromedp.Evaluate(fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).at(-1).click()`, selector), nil))
}

// types puts the caret into an element and types there, key by key.
func (b *browser) types(selector, keys string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility()`, selector))
	b.run(chromedp.SendKeys(selector, keys, chromedp.ByQuery))
}

// size makes the window as large as a desk's or a phone's.
func (b *browser) size(width, height int64) {
	b.t.Helper()
	b.run(emulation.SetDeviceMetricsOverride(width, height, 1, false))
}

// dress sets the scheme of colours; still nothing moves.
func (b *browser) dress(scheme string) {
	b.t.Helper()
	b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}))
}

// shot keeps a picture of the page where go test -artifacts is asked for.
func (b *browser) shot(name string) {
	b.t.Helper()
	var png []byte
	if err := chromedp.Run(b.ctx, input.DispatchMouseEvent(input.MouseMoved, 0, 0), chromedp.CaptureScreenshot(&png)); err != nil {
		b.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(b.t.ArtifactDir(), name+".png"), png, 0o644); err != nil {
		b.t.Log(err)
	}
}

// axe fails with what axe-core finds wrong on the page as it is.
func (b *browser) axe(what string) {
	b.t.Helper()
	if !js[bool](b, `typeof axe === 'object'`) {
		dir := npmtest.Dir(b.t, "ROF_TEST_AXE", "axe-core@4.14.1")
		source, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
		if err != nil {
			b.t.Fatal(err)
		}
		b.run(chromedp.Evaluate(string(source)+"\n;undefined", nil))
	}
	var found []string
	const check = `axe.run(document, {iframes: false}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.any.map(a => a.message).join(' ')).slice(0, 3).join(' | ')))`
	b.run(chromedp.Evaluate(check, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	for _, v := range found {
		b.t.Errorf("%s: axe: %s", what, v)
	}
}

// tap, empty and choose are what a mouse and a keyboard do.

func tap(selector string) chromedp.Action {
	return chromedp.Evaluate(`document.querySelector(`+quoted(selector)+`).focus()`, nil)
}

func empty(selector string) chromedp.Action {
	return chromedp.Evaluate(`(e => { e.value = ''; e.dispatchEvent(new Event('input')); })(document.querySelector(`+quoted(selector)+`))`, nil)
}

func choose(selector, value string) chromedp.Action {
	return chromedp.Evaluate(`(e => { e.value = `+quoted(value)+`; e.dispatchEvent(new Event('change')); })(document.querySelector(`+quoted(selector)+`))`, nil)
}

func quoted(s string) string { return "`" + s + "`" }
