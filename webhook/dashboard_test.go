package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ragoffire/engine"
	"ragoffire/webhook"
	"ragoffire/webhook/browsertest"
)

const live = `document.querySelector('#link.is-live')`

func TestDashboardFollows(t *testing.T) {
	r := start(t, nil).withSeeds()
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/")
	b.Sees("what to do first", `document.querySelector('.first')?.innerText.includes('/webhooks/alertmanager')`)
	b.Sees("that it is live", live)

	r.do("POST", "/webhooks/generic", anomaly(map[string]any{"spike_percentage": 450})).want(t, 202)
	b.Sees("the alert", `document.querySelectorAll('#rows .row').length === 1 && !document.querySelector('.first')`)
	b.Sees("what it looks like", `document.querySelector('#rows .like')?.innerText === 'Like INC-2025-001'`)
	b.Sees("that an approval waits", `document.querySelector('#rows .chip')?.innerText === 'Approval waits'`)
	b.Sees("the count in the title", `document.title.startsWith('(1)')`)
	if !browsertest.JS[bool](b, `document.querySelector('#rows .row').innerText.includes('EXAMPLE')`) {
		t.Error("an example is not marked")
	}

	b.Run(chromedp.Click(`#rows .row a`, chromedp.ByQuery))
	b.Sees("the story", `document.querySelector('.story h1')?.innerText === 'Checkout times out'`)
	b.Sees("that the story is live", live)
	b.Run(chromedp.SendKeys(`#actor`, "night owl", chromedp.ByQuery), chromedp.Click(`.decision .acts button.main`, chromedp.ByQuery))
	b.Sees("the verdict", `document.querySelector('.verdict')?.innerText.includes('Approved by night owl')`)
	b.Sees("the verdict in the night", `document.querySelector('#night').innerText.includes('night owl')`)
	b.Run(chromedp.Click(`.decision .verdict + .acts button`, chromedp.ByQuery))
	b.Sees("that it was taken back", `!document.querySelector('.verdict') && document.querySelector('.decision .acts button.main')`)

	b.Run(chromedp.Click(`#acts button.main`, chromedp.ByQuery))
	b.Sees("who has it", `document.querySelector('#head').innerText.includes('night owl has it')`)
	b.Run(chromedp.Click(`#acts .form summary`, chromedp.ByQuery), chromedp.SendKeys(`#acts textarea`, "Throttled connections", chromedp.ByQuery))
	r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": "another", "title": "Orders queue"})).want(t, 202)
	b.Sees("another alert", `document.querySelectorAll('#alerts .alert').length === 2`)
	if got := browsertest.JS[string](b, `document.querySelector('#acts textarea').value`); got != "Throttled connections" {
		t.Errorf("what was being typed is now %q", got)
	}
	b.Run(chromedp.Click(`#acts form button.main`, chromedp.ByQuery))
	b.Sees("how it ended", `document.querySelector('#ending').innerText.includes('Throttled connections')`)
	b.Sees("that it is over", `document.querySelector('#head .state').innerText === 'Resolved'`)
	b.Quiet()
}

func TestDashboardAsksWhatCameOfIt(t *testing.T) {
	r := start(t, nil)
	past := func(id string, spike float64, fix string) engine.Incident {
		began := time.Now().AddDate(0, -1, 0)
		return engine.Incident{
			ID: id, Title: "Checkout timed out", Historical: true, Status: engine.Resolved, Severity: engine.SeverityHigh, ErrorType: "database_timeout",
			Service: "checkout", Spike: &spike, Symptom: "database timeouts", Resolution: fix, StartedAt: began, ResolvedAt: new(began.Add(time.Hour)),
		}
	}
	check(t, r.engine.AddHistory(t.Context(), []engine.Incident{past("INC-2025-001", 450, "Throttle connections"), past("INC-2025-002", 700, "Kill the idle sessions")}, nil))
	r.do("POST", "/webhooks/generic", `{"kind":"change","type":"deploy","service":"checkout","ref":"4f1c2e","actor":"ann"}`).want(t, 202)
	got := r.do("POST", "/api/v1/decisions/stream-anomaly", anomaly(map[string]any{"spike_percentage": 450})).want(t, 202)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/i/" + got.field(t, "incident_id").(string))
	b.Sees("that it is live", live)
	b.Sees("what came before it", `document.querySelector('.decision .before')?.innerText.includes('deploy checkout 4f1c2e by ann')`)
	b.Run(chromedp.SendKeys(`#actor`, "night owl", chromedp.ByQuery), chromedp.Click(`#advice-now .acts button.main`, chromedp.ByQuery))
	b.Sees("the question", `document.querySelector('#advice-now .acts.outcome')?.innerText.includes('Did it help?')`)
	b.Sees("that an outcome is missing", `document.querySelector('.list .chip.ask')?.innerText === 'Outcome?'`)
	b.Run(chromedp.Click(`#advice-now .acts.outcome button:nth-of-type(2)`, chromedp.ByQuery))
	b.Sees("the next candidate", `document.querySelector('#advice-now')?.innerText.includes('Next candidate after INC-2025-001: it did not help')`)
	b.Sees("what was said", `document.querySelector('#advice-before .outcome-failed')?.innerText.includes('It did not help, says night owl')`)
	b.Sees("where the new advice is", `document.querySelector('#advice-before .notice a')?.innerText === 'See new'`)
	b.Sees("it in the night", `document.querySelector('#night .kind-outcome')?.innerText.includes('night owl says of INC-2025-001: it did not help')`)
	if browsertest.JS[bool](b, `!!document.querySelector('#advice-before .acts button.main')`) {
		t.Error("advice that is overtaken can still be approved")
	}
	b.Run(chromedp.Click(`#advice-before .correct summary`, chromedp.ByQuery), chromedp.Click(`#advice-before .correct button:nth-of-type(1)`, chromedp.ByQuery))
	b.Sees("the correction", `document.querySelector('#advice-before .outcome-worked')?.innerText.includes('It worked, says night owl')`)
	b.Quiet()
}

func TestDashboardResumesAfterACut(t *testing.T) {
	r := start(t, nil)
	wire := newCable(t, strings.TrimPrefix(r.url, "http://"))
	b := browsertest.New(t, wire.url())
	b.Open(wire.url() + "/")
	b.Sees("that it is live", live)
	post := func(n int) {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n)})).want(t, 202)
	}
	post(1)
	b.Sees("the first", `document.querySelectorAll('#rows .row').length === 1`)
	b.Quiet()

	wire.set(true)
	b.Sees("since when it is stale", `!document.querySelector('#stale').hidden && /^Stale since \d\d:\d\d:\d\d/.test(document.querySelector('#stale').innerText)`)
	if !browsertest.JS[bool](b, `document.querySelector('#stale').offsetWidth >= document.documentElement.clientWidth`) {
		t.Error("the line is not full width")
	}
	for n := 2; n <= 4; n++ {
		post(n)
	}
	wire.set(false)
	b.Sees("that it is live again", live)
	b.Sees("all four", `document.querySelectorAll('#rows .row').length === 4`)
	b.Sees("that it is stale no more", `document.querySelector('#stale').hidden`)
	for _, said := range []string{"ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "WebSocket"} {
		b.Forgive(said) // the browser itself, of a connection that fails
	}
	post(5)
	b.Sees("the fifth", `document.querySelectorAll('#rows .row').length === 5`)
	if n := browsertest.JS[int](b, `new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size - document.querySelectorAll('[id]').length`); n != 0 {
		t.Errorf("%d members are there twice", -n)
	}
	b.Quiet()
}

// hostile are texts that were written to be more than text.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `'-alert(1)-'`, `{{.Engine}}`, "${alert(1)}",
		`</title><script>alert(1)</script>`, `javascript:alert(1)`, `<a href="javascript:alert(1)">x</a>`, `<iframe srcdoc="<script>alert(1)</script>">`,
		`<form action=https://evil.example><button>x`, `<style>*{display:none}</style>`, `<meta http-equiv=refresh content="0;url=https://evil.example">`,
		"\u202egnp.exe", "\u200b\u2066x", `<!--`, `]]>`, `&lt;script&gt;`, "\x1b[31mred", `<template><script>alert(1)</script></template>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<base href="https://evil.example/">`, `<link rel=stylesheet href=https://evil.example/x.css>`,
		`<math><mi//xlink:href="data:x,<script>alert(1)</script>">`, `x" autofocus onfocus="alert(1)`, `<details open ontoggle=alert(1)>`,
	}
}

func TestHostileTextStaysText(t *testing.T) {
	r := start(t, nil)
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/")
	b.Sees("that it is live", live)
	texts := hostile()
	for n, s := range texts {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{
			"kind": "change", "type": s, "service": s + fmt.Sprint(n), "title": s, "actor": s, "url": "https://evil.example/",
		})).want(t, 202)
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{
			"title": s, "description": s, "service": s + fmt.Sprint(n), "environment": s, "error_type": s, "component": s, "unit": s, "value": 1, "threshold": 2,
			"severity": s, "reason": s, "name": s, "group_key": s, "fingerprint": s + fmt.Sprint(n), "labels": map[string]string{s: s, "k": s},
			"links": []map[string]string{{"rel": s, "url": "https://evil.example/" + s}, {"rel": "x", "url": s}},
		})).want(t, 202)
	}
	b.Sees("all of them", fmt.Sprintf(`document.querySelectorAll('#rows .row').length === %d`, len(texts)))
	b.Sees("what they are", `document.querySelector('#rows').innerText.includes('<script>alert(1)</script>')`)

	page, err := r.engine.Incidents(context.Background(), engine.IncidentFilter{}, "", 100)
	check(t, err)
	for _, i := range page.Items {
		for _, s := range []string{hostile()[0], hostile()[3]} {
			r.do("POST", "/api/v1/incidents/"+i.ID+"/notes", `{"text":`+quote(s)+`,"actor":`+quote(s)+`}`).want(t, 201)
		}
		b.Open(r.url + "/i/" + i.ID)
		b.Sees("its title", `document.querySelector('.story h1')`)
		b.Sees("what was changed before it", `document.querySelector('.decision .before')`)
		b.Sees("its notes", `document.querySelectorAll('#night .kind-note').length === 2`)
		if n := browsertest.JS[int](b, `document.querySelectorAll('main img, main iframe, main script, main form[action], main base, main style, main meta, main a[href*="evil"], main a[href^="javascript"]').length`); n != 0 {
			t.Errorf("%s: %d elements came out of a text", i.Title, n)
		}
	}
	b.Open(r.url + "/?q=" + "%3Cscript%3Ealert(1)%3C/script%3E")
	b.Sees("what was searched for", `document.querySelector('input[name=q]').value === '<script>alert(1)</script>'`)
	b.Quiet()
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func TestPagesFitAPhone(t *testing.T) {
	r, fresh := start(t, nil).withSeeds(), start(t, nil)
	long := strings.Repeat("WithoutAnyBlank", 20)
	r.do("POST", "/webhooks/generic", anomaly(map[string]any{
		"title": long, "description": long, "component": long, "labels": map[string]string{long: long}, "spike_percentage": 450,
	})).want(t, 202)
	eventually(t, "a decision", func() bool {
		p, err := r.engine.Decisions(context.Background(), engine.DecisionFilter{}, "", 1)
		return err == nil && len(p.Items) == 1
	})
	page, err := r.engine.Incidents(context.Background(), engine.IncidentFilter{Live: true}, "", 1)
	check(t, err)
	b := browsertest.New(t, r.url, fresh.url)
	for _, width := range []int64{320, 390, 768, 1280} {
		b.Size(width, 800)
		for _, url := range []string{r.url + "/", r.url + "/i/" + page.Items[0].ID, r.url + "/i/INC-2025-001", r.url + "/docs", r.url + "/?view=all", fresh.url + "/"} {
			b.Open(url)
			b.Run(chromedp.Evaluate(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil))
			if w := browsertest.JS[int64](b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide on %d: %s", url, w, width, browsertest.JS[string](b, fmt.Sprintf(`[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > %d).map(e => e.tagName + '.' + e.className).slice(0, 5).join(' ')`, width)))
			}
		}
	}
	b.Quiet()
}

func TestDashboardSignsIn(t *testing.T) {
	r := start(t, locked).withSeeds()
	b := browsertest.New(t, r.url)
	b.Open(r.url + "/i/INC-2025-001")
	b.Sees("where to sign in", `document.querySelector('input[name=token]')`)
	b.Run(chromedp.SendKeys(`input[name=token]`, secret, chromedp.ByQuery), chromedp.SendKeys(`input[name=name]`, "ada", chromedp.ByQuery), chromedp.Click(`#signin button`, chromedp.ByQuery))
	b.Sees("what was asked for", `location.pathname === '/i/INC-2025-001' && document.querySelector('.story h1')`)
	b.Sees("that it is live", live)
	b.Open(r.url + "/login?next=/i/INC-2025-002")
	b.Sees("that one is signed in already", `location.pathname === '/i/INC-2025-002'`)
	b.Click(`header form button`)
	b.Sees("where to sign in again", `document.querySelector('input[name=token]')`)
	b.Quiet()
}

func TestDashboardWithoutScript(t *testing.T) {
	r := start(t, nil).withSeeds()
	r.do("POST", "/webhooks/generic", anomaly(nil)).want(t, 202)
	b := browsertest.New(t, r.url)
	b.Run(emulation.SetScriptExecutionDisabled(true))
	b.Open(r.url + "/")
	var text string
	b.Run(chromedp.Text(`body`, &text, chromedp.ByQuery))
	for _, want := range []string{"Checkout times out", "UTC", "Reload it"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Acknowledge\n") {
		t.Error("there are buttons that do nothing")
	}
	b.Quiet()
}

func TestAPageIsMadeOnceForAllWhoFollow(t *testing.T) {
	now := time.Now()
	r := start(t, func(c *webhook.Config) { c.Now = func() time.Time { return now } })
	post := func(n int) string {
		r.do("POST", "/webhooks/generic", anomaly(map[string]any{"fingerprint": id(n), "service": id(n)})).want(t, 202)
		seqs := r.history(0)
		return fmt.Sprint("X-After: ", seqs[len(seqs)-1])
	}
	rows := func(header ...string) int {
		return strings.Count(string(r.do("GET", "/", "", header...).body), `<li id="row-`)
	}
	one := post(1)
	if n := rows(one); n != 1 {
		t.Errorf("%d rows after the first", n)
	}
	two := post(2)
	if n := rows(one); n != 1 {
		t.Errorf("%d rows for who knows the first: not shared", n)
	}
	if n := rows(two); n != 2 {
		t.Errorf("%d rows for who knows the second", n)
	}
	post(3)
	if n := rows(); n != 3 {
		t.Errorf("%d rows for who knows nothing", n)
	}
	if n := rows("X-After: noise"); n != 3 {
		t.Errorf("%d rows for noise", n)
	}
}
