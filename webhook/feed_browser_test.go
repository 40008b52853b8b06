package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ragoffire/engine"
	"ragoffire/webhook/browsertest"
)

// listens notes what every socket of the page is told.
const listens = `(() => {
	globalThis.seqs = []; globalThis.sockets = 0;
	const Real = WebSocket;
	globalThis.WebSocket = class extends Real {
		constructor(url) {
			super(url);
			sockets += 1;
			this.addEventListener('message', (m) => { const e = JSON.parse(m.data); if (e.seq && e.type !== 'system') seqs.push(e.seq); });
		}
	};
})()`

func TestASocketThatIsCutThreeTimesTellsEachEventOnce(t *testing.T) {
	r := start(t, nil)
	wire := newCable(t, strings.TrimPrefix(r.url, "http://"))
	b := browsertest.New(t, wire.url())
	b.Run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(listens).Do(ctx)
		return err
	}))
	n := 0
	post := func() {
		n++
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n)})).want(t, 202)
	}
	b.Open(wire.url() + "/")
	b.Sees("that it is live", live)
	for range 3 {
		post()
		b.Sees("what came before the cut", fmt.Sprintf(`document.querySelectorAll('#rows .row').length === %d`, n))
		wire.set(true)
		b.Sees("that it is stale", `!document.querySelector('#stale').hidden`)
		post()
		post()
		wire.set(false)
		b.Sees("that it is live again", live)
		b.Sees("what came meanwhile", fmt.Sprintf(`document.querySelectorAll('#rows .row').length === %d`, n))
	}
	eventually(t, "all decisions", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 50)
		return err == nil && len(p.Items) == n
	})
	all := r.history(0)
	b.Sees("the last event", fmt.Sprintf(`seqs.at(-1) === %d`, all[len(all)-1]))
	if got := browsertest.JS[[]int64](b, `seqs`); !slices.Equal(got, all) {
		t.Errorf("told %v, want %v", got, all)
	}
	if made := browsertest.JS[int](b, `sockets`); made < 4 {
		t.Errorf("%d sockets: it was not cut three times", made)
	}
	if twice := browsertest.JS[int](b, `document.querySelectorAll('#rows .row').length - new Set([...document.querySelectorAll('#rows .row')].map(e => e.id)).size`); twice != 0 {
		t.Errorf("%d rows are there twice", twice)
	}
}

func TestAnOpenBoardFollowsTheStoreThatTookThePlaceOfAnother(t *testing.T) {
	before, after := start(t, nil), start(t, nil)
	wire := newCable(t, strings.TrimPrefix(before.url, "http://"))
	b := browsertest.New(t, wire.url())
	for n := range 3 {
		before.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n)})).want(t, 202)
	}
	b.Open(wire.url() + "/")
	b.Sees("that it is live", live)
	before.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": "last", "service": "last"})).want(t, 202)
	b.Sees("what happened", `document.querySelectorAll('#rows .row').length === 4`)
	wire.lead(strings.TrimPrefix(after.url, "http://"))
	b.Sees("that the other has nothing", live+` && document.querySelectorAll('#rows .row').length === 0`)
	after.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	b.Sees("what happened there", `document.querySelectorAll('#rows .row').length === 1`)
}

func TestTheBoardPollsWhereNoWebSocketGetsThrough(t *testing.T) {
	r := start(t, nil)
	target, err := url.Parse(r.url)
	check(t, err)
	through := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(target)
		p.Out.Host = p.In.Host
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasPrefix(q.URL.Path, "/ws/") {
			http.Error(w, "no such thing here", http.StatusBadGateway)
			return
		}
		through.ServeHTTP(w, q)
	}))
	t.Cleanup(func() {
		proxy.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	b := browsertest.New(t, proxy.URL)
	b.Open(proxy.URL + "/")
	b.Sees("that it polls", `document.querySelector('#link').innerText === 'Every 5 s' && document.querySelector('#stale').hidden`)
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	b.Sees("what happened", `document.querySelectorAll('#rows .row').length === 1`)
	b.Sees("that it is not called stale", `document.querySelector('#link.is-polling') && document.querySelector('#stale').hidden`)
	if n := browsertest.JS[int](b, `document.querySelectorAll('#rows .row').length`); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestThePagesAreReadInForcedColours(t *testing.T) {
	r := tonight(t)
	r.months(t)
	b := browsertest.New(t, r.url)
	d, err := r.engine.Analyze(t.Context(), engine.Question{Text: "checkout timed out, sessions queued for a stock row"})
	check(t, err)
	for _, scheme := range []string{"light", "dark"} {
		b.Run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "forced-colors", Value: "active"}, {Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}))
		for name, path := range map[string]string{
			"board": "/", "story": "/i/" + r.live(t, "checkout"), "history": "/history?q=checkout", "trust": "/trust", "answer": "/d/" + d.ID, "docs": "/docs",
		} {
			what := name + "-forced-" + scheme
			b.Open(r.url + path)
			b.Sees("that the colours are forced", `matchMedia('(forced-colors: active)').matches`)
			b.Shot(what)
			b.Axe(what)
		}
		b.Open(r.url + "/")
		if same := browsertest.JS[bool](b, `(() => { const bar = document.querySelector('.bar'); return getComputedStyle(bar.querySelector('.fill')).fill === getComputedStyle(bar.querySelector('.track')).fill; })()`); same {
			t.Errorf("%s: a bar is as full as it is empty", scheme)
		}
	}
	b.Quiet()
}

func TestWeakConfidenceIsHatched(t *testing.T) {
	r := start(t, nil).withSeeds()
	b := browsertest.New(t, r.url)
	strong, err := r.engine.Analyze(t.Context(), engine.Question{ErrorType: "database_timeout", Spike: new(450.)})
	check(t, err)
	weak := strong
	weak.ID, weak.Confidence.Score, weak.ConfidenceScore = "dec_weak", .56, .56
	check(t, r.away.Store.Update(t.Context(), func(tx engine.Tx) error { return tx.PutDecisions(t.Context(), []engine.Decision{weak}) }))
	for d, want := range map[string]bool{weak.ID: true, strong.ID: false} {
		b.Open(r.url + "/d/" + d)
		b.Sees("its bar", `document.querySelector('.card .bar .fill')`)
		b.Shot("hatched-" + fmt.Sprint(want))
		if got := browsertest.JS[bool](b, `getComputedStyle(document.querySelector('.card .bar .fill')).fill.includes('#hatch')`); got != want {
			t.Errorf("hatched is %v, want %v", got, want)
		}
	}
	b.Quiet()
}

func TestTheKeysCanBeTurnedOff(t *testing.T) {
	r := tonight(t)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/")
	b.Sees("that it is live", live)
	press := func(keys string) { b.Run(chromedp.KeyEvent(keys)) }
	press("?")
	b.Sees("the sheet", `document.querySelector('#keys').open`)
	b.Click(`#keys-on`)
	press(kb.Escape)
	for range 2 {
		b.Sees("that it is live", live)
		press("?")
		press("j")
		press("a")
		if browsertest.JS[bool](b, `document.querySelector('#keys').open || !!document.activeElement.closest('.row')`) {
			t.Error("a key does something, though they are off")
		}
		b.Open(r.url + "/") // it holds for the next page, too
	}
	b.Sees("that it is live", live)
	b.Click(`#help`)
	b.Sees("that the sheet says so", `document.querySelector('#keys').open && !document.querySelector('#keys-on').checked`)
	b.Click(`#keys-on`)
	press(kb.Escape)
	press("j")
	b.Sees("a row", `document.activeElement.closest('.row')`)
	b.Quiet()
}
