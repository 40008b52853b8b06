package webhook_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ragoffire/engine"
	"ragoffire/webhook/browsertest"
)

// values reports an alert that fires on with each of the values.
func (r *rig) values(t testing.TB, about map[string]any, values ...float64) {
	t.Helper()
	for _, v := range values {
		body := map[string]any{"value": v, "unit": "ms", "threshold": 300}
		for k, a := range about {
			body[k] = a
		}
		r.do("POST", "/webhooks/generic", anomaly(body)).want(t, 202)
	}
}

// tonight is a rig with a night that has something of everything.
func tonight(t testing.TB) *rig {
	r := start(t, nil).withSeeds()
	r.values(t, map[string]any{"title": "p99 latency above 300 ms", "spike_percentage": 450, "started_at": time.Now().Add(-18 * time.Minute).Format(time.RFC3339)}, 310, 420, 380, 960, 1250)
	r.do("POST", "/webhooks/generic", `{"kind":"change","type":"deploy","service":"payments","ref":"4f1c2e","actor":"ann"}`).want(t, 202)
	r.values(t, map[string]any{"fingerprint": "p", "service": "payments", "title": "Card payments are declined", "severity": "high", "error_type": "api_errors"}, 2, 9, 4)
	r.values(t, map[string]any{"fingerprint": "q", "service": "search", "title": "Queue grows", "severity": "low", "error_type": "queue_backlog"}, 10)
	r.do("POST", "/webhooks/generic", `{`)
	eventually(t, "decisions", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 10)
		return err == nil && len(p.Items) >= 3
	})
	return r
}

func TestTheBoardAndTheStoryAreForEverybody(t *testing.T) {
	r := tonight(t)
	b := browsertest.New(t, r.url)
	story := r.url + "/i/" + r.live(t, "checkout")
	for _, size := range [][2]int64{{1280, 800}, {390, 844}, {320, 700}} {
		b.Size(size[0], size[1])
		for _, scheme := range []string{"light", "dark"} {
			b.Dress(scheme)
			for name, url := range map[string]string{"board": r.url + "/", "story": story, "found": r.url + "/?q=status:open+sev:critical"} {
				what := fmt.Sprint(name, "-", size[0], "-", scheme)
				b.Open(url)
				b.Sees("that it is live", live)
				b.Shot(what)
				b.Run(chromedp.Evaluate(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil))
				if w := browsertest.JS[int64](b, `document.documentElement.scrollWidth`); w > size[0] {
					t.Errorf("%s is %d wide", what, w)
				}
				b.Axe(what)
			}
		}
	}
	b.Quiet()
}

// live is the id of the live incident of a service.
func (r *rig) live(t testing.TB, service string) string {
	t.Helper()
	p, err := r.engine.Incidents(context.Background(), engine.IncidentFilter{Live: true, Service: service}, "", 1)
	check(t, err)
	if len(p.Items) == 0 {
		t.Fatalf("nothing is live at %s", service)
	}
	return p.Items[0].ID
}

func TestTheBoardIsUsedByKeysAlone(t *testing.T) {
	r := tonight(t)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/")
	b.Sees("that it is live", live)
	press := func(keys string) { b.Run(chromedp.KeyEvent(keys)) }
	press("?")
	b.Sees("the keys", `document.querySelector('#keys').open`)
	press(kb.Escape + "jj") // at once: what had the focus in them is not left yet
	b.Sees("them gone", `!document.querySelector('#keys').open`)
	b.Sees("the second row", `document.activeElement === document.querySelectorAll('#rows .row > a')[1]`)
	press("k")
	press("a")
	b.Sees("that somebody has the first now", `[...document.querySelectorAll('#rows .row')].some(r => r.classList.contains('sev-critical') && r.classList.contains('is-acknowledged'))`)
	press("/")
	b.Sees("the field", `document.activeElement === document.querySelector('.find input')`)
	b.Run(chromedp.Evaluate(`document.activeElement.value = ''`, nil)) // a browser types no key that was taken
	press("sev:crit svc:checkout status:ack" + kb.Enter)
	b.Sees("what is found, and how much", `location.search === '?q=sev%3Acrit+svc%3Acheckout+status%3Aack' && document.querySelectorAll('#rows .row').length === 1 && document.querySelector('#found').innerText.startsWith('1 found, 1 live')`)
	b.Sees("that it is live", live)
	press("j")
	press(kb.Enter)
	b.Sees("the story", `document.querySelector('.story h1') && document.querySelector('#link.is-live')`)
	press("r")
	b.Sees("the form, and the caret in it", `document.querySelector('#acts .form').open && document.activeElement.closest('#acts form')`)
	press(kb.Escape)
	press(kb.Escape)
	b.Sees("the form closed", `!document.querySelector('#acts .form').open`)
	press(kb.Escape)
	b.Sees("the list", `location.pathname === '/' && document.querySelectorAll('#rows .row').length === 3`)
	b.Quiet()
}

func TestTheStoryHasItsNumbersItsAlertsAndItsDraft(t *testing.T) {
	r := tonight(t)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/i/" + r.live(t, "checkout"))
	b.Sees("the chart", `document.querySelector('figure.chart canvas')`)
	b.Sees("the same as a table", `document.querySelectorAll('figure.chart tbody tr').length === 5`)
	b.Sees("a line of it on the row", `document.querySelector('.row .spark')?.getAttribute('aria-label') === '5 values from 310 to 1250, now 1250'`)
	b.Sees("the alert as it is kept", `document.querySelector('.raw code')?.textContent.includes('"fingerprint"')`)
	b.Sees("the draft", `document.querySelector('#draft-text')?.textContent.includes('## Root cause')`)
	b.Sees("UTC beside the local time", `/\d\d:\d\d UTC/.test(document.querySelector('#head .utc')?.textContent)`)
	r.values(t, nil, 1300)
	b.Sees("the next value", `document.querySelectorAll('figure.chart tbody tr').length === 6 && document.querySelectorAll('figure.chart canvas').length === 1`)
	b.Quiet()
}

func TestWhatIsBeingTypedStaysWhateverOthersDo(t *testing.T) {
	r := tonight(t)
	id := r.live(t, "checkout")
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/i/" + id)
	b.Sees("that it is live", live)
	b.Types(`#actor`, "ann")
	b.Click(`#acts .form > summary`)
	b.Types(`#acts textarea`, "pool from 200 to 60")
	b.Run(chromedp.KeyEvent(kb.ArrowLeft))
	r.do("POST", "/api/v1/incidents/"+id+"/ack", `{"actor":"bob"}`).want(t, 200)
	b.Sees("that somebody has it", `document.querySelector('#head .state').innerText === 'Acknowledged'`)
	b.Run(chromedp.KeyEvent("5"))
	b.Sees("what is being typed", `document.querySelector('#acts .form[open] textarea').value === 'pool from 200 to 650'`)
	b.Click(`#acts button[data-send$="/mitigate"]`)
	b.Sees("that it is mitigated", `document.querySelector('#head .state').innerText === 'Mitigated'`)
	b.Click(`#acts .form button`)
	b.Sees("that it is over", `document.querySelector('#head .state').innerText === 'Resolved'`)
	d, err := r.engine.Incident(t.Context(), id)
	check(t, err)
	if d.ResolvedBy != "ann" || d.Resolution != "pool from 200 to 650" || d.AcknowledgedBy != "bob" {
		t.Errorf("resolved by %q with %q, acknowledged by %q", d.ResolvedBy, d.Resolution, d.AcknowledgedBy)
	}
	for _, e := range d.Timeline {
		if e.Kind == "mitigated" && e.Actor != "ann" {
			t.Errorf("mitigated by %q, want ann", e.Actor)
		}
	}
	b.Quiet()
}

func TestATimeOfAnotherYearHasItsYear(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	for id, at := range map[string]string{"PAST": "2024-03-03T10:00:00Z", "TYPO": "2062-03-03T10:00:00Z"} {
		r.do("POST", "/api/v1/incidents", `{"id":"`+id+`","title":"x","started_at":"`+at+`"}`).want(t, 201)
		b.Open(r.url + "/i/" + id)
		b.Sees("the times of here", `document.documentElement.matches('.js')`)
		b.Sees("its day and year", `document.querySelector('#head .meta time').innerText === '`+at[:10]+`'`)
	}
}

func TestANameInArabicTurnsNoNumberBesideIt(t *testing.T) {
	r := start(t, nil)
	r.do("POST", "/webhooks/generic", anomaly(map[string]any{"error_type": "\u0627\u0644\u062f\u0641\u0639", "spike_percentage": 450})).want(t, 202)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/i/INC-2026-0001")
	b.Sees("that it is live", live)
	if got := browsertest.JS[bool](b, `(() => {
		const text = [...document.querySelectorAll('#head .meta span')].find((e) => e.textContent === '+450%').firstChild;
		const left = (at) => { const r = new Range(); r.setStart(text, at); r.setEnd(text, at + 1); return r.getBoundingClientRect().left; };
		return left(0) < left(1) && left(3) < left(4);
	})()`); !got {
		t.Error("the sign and the unit of +450% are not where they belong")
	}
}

func TestOnPaperStandsWhatIsReadAndNothingToPress(t *testing.T) {
	r := tonight(t)
	b := browsertest.New(t, r.url)
	for _, width := range []int64{794, 1440} {
		b.Run(emulation.SetDeviceMetricsOverride(width, 1100, 1, false), emulation.SetEmulatedMedia().WithMedia("print"))
		for path, rows := range map[string]int{"/": 3, "/i/" + r.live(t, "checkout"): 0} {
			b.Open(r.url + path)
			b.Sees("the times of here", `document.documentElement.matches('.js')`)
			if got := browsertest.JS[int](b, `[...document.querySelectorAll('.list .row')].filter((e) => e.checkVisibility()).length`); got != rows {
				t.Errorf("%s, %d wide: %d incidents, want %d", path, width, got, rows)
			}
			if got := browsertest.JS[string](b, `[...document.querySelectorAll('button, input, textarea')].filter((e) => e.checkVisibility()).map((e) => e.outerHTML).join(' ')`); got != "" {
				t.Errorf("%s, %d wide: there is %s", path, width, got)
			}
		}
	}
	b.Quiet()
}

func TestTheBoardSaysWhoDeliveredLast(t *testing.T) {
	r := tonight(t)
	r.do("POST", "/webhooks/generic", anomaly(nil), "Origin: https://evil.example", "Sec-Fetch-Site: cross-site").want(t, 403)
	page := string(r.do("GET", "/", "").want(t, 200).body)
	if _, heard, _ := strings.Cut(page, `<ul class="heard">`); !strings.Contains(heard, "<b>generic</b><span>3 firing</span>") {
		t.Errorf("the sources are not told: %.300s", heard)
	}
	if page := string(r.do("GET", "/?q=sev:worst", "").want(t, 200).body); !strings.Contains(page, "sev:worst is unknown; there are critical, high") {
		t.Error("a severity that there is not is not told")
	}
}

func TestAChosenSchemeIsKept(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	b.Dress("light")
	b.Open(r.url + "/")
	b.Sees("that it is live", live)
	b.Run(chromedp.Click("#theme", chromedp.ByQuery), chromedp.Click("#theme", chromedp.ByQuery))
	for _, path := range []string{"/", "/docs"} {
		b.Open(r.url + path)
		b.Sees("the dark one", `document.documentElement.dataset.theme === 'dark' && getComputedStyle(document.body).backgroundColor === 'rgb(19, 20, 22)'`)
	}
	b.Quiet()
}

func TestWhoHasScrolledKeepsThePlace(t *testing.T) {
	r := start(t, nil)
	post := func(n int, severity string) {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n), "severity": severity})).want(t, 202)
	}
	for n := range 40 {
		post(n, "low")
	}
	b := browsertest.New(t, r.url)
	b.Size(390, 844)
	b.Open(r.url + "/")
	b.Sees("that it is live", live)
	b.Sees("forty", `document.querySelectorAll('#rows .row').length === 40`)
	b.Sees("what is known of each, which makes a row taller", `document.querySelectorAll('#rows .row .match').length === 40`)
	b.Run(chromedp.Evaluate(`scrollTo(0, 1500)`, nil))
	b.Sees("that it has scrolled", `scrollY > 1000`)
	b.Run(chromedp.Evaluate(`globalThis.place = document.querySelectorAll('#rows .row')[20]; globalThis.top0 = place.getBoundingClientRect().top`, nil))
	for n := range 3 {
		post(100+n, "critical")
	}
	b.Sees("how many are new", `document.querySelector('#pill').innerText === '3 new'`)
	if moved := browsertest.JS[float64](b, `Math.abs(place.getBoundingClientRect().top - top0)`); moved > 40 {
		t.Errorf("the row moved by %v", moved)
	}
	b.Run(chromedp.Evaluate(`document.querySelector('#pill').click()`, nil))
	b.Sees("the new ones first", `document.querySelectorAll('#rows .row').length === 43 && scrollY === 0 && [...document.querySelectorAll('#rows .row')].slice(0, 3).every(r => r.classList.contains('sev-critical'))`)
	b.Sees("no pill", `document.querySelector('#pill').hidden`)
	b.Quiet()
}

func TestRowsComeOnceToWhoHasThem(t *testing.T) {
	r := start(t, nil)
	post := func(n int, severity string) {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n), "severity": severity})).want(t, 202)
	}
	post(1, "low")
	post(2, "low")
	get := func(stamp string) (full int, next string) {
		page := string(r.do("GET", "/", "", "X-Rows: "+stamp).want(t, 200).body)
		_, rest, _ := strings.Cut(page, `data-stamp="`)
		next, _, _ = strings.Cut(rest, `"`)
		return strings.Count(page, `<li id="row-`) - strings.Count(page, ` data-same></li>`), next
	}
	eventually(t, "decisions", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 10)
		return err == nil && len(p.Items) == 2
	})
	n, stamp := get("")
	if n != 2 {
		t.Errorf("%d rows for who has none", n)
	}
	if n, _ := get(stamp); n != 0 {
		t.Errorf("%d rows for who has them", n)
	}
	post(2, "critical")
	if n, _ := get(stamp); n != 1 {
		t.Errorf("%d rows after one changed", n)
	}
	for _, noise := range []string{"x", "x-9", "-1", "x-y-z"} {
		if n, _ := get(noise); n != 2 {
			t.Errorf("%d rows for the stamp %q", n, noise)
		}
	}
}

func TestAssetsAreSmall(t *testing.T) {
	files, err := os.ReadDir("assets")
	check(t, err)
	total := 0
	for _, f := range files {
		body, err := os.Open(filepath.Join("assets", f.Name()))
		check(t, err)
		var n counter
		z, _ := gzip.NewWriterLevel(&n, gzip.BestCompression)
		_, err = io.Copy(z, body)
		check(t, err)
		check(t, z.Close())
		check(t, body.Close())
		total += int(n)
	}
	if total > 60<<10 {
		t.Errorf("the assets are %d bytes packed; the promise is 60 KB", total)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
