package webhook_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ragoffire/webhook"
)

// The provider is another site than the dashboard, so the session's strict cookie
// is not sent on the way back from it.
func TestABrowserSignsInAndOut(t *testing.T) {
	i := newIssuer(t)
	r := start(t, i.config(webhook.People{})).withSeeds()
	b := browse(t, r.url, i.name)
	b.open(r.url + "/i/INC-2025-001")
	b.sees("sign-in", `document.querySelector('h1')?.textContent === 'Sign in'`)
	b.run(chromedp.Click(`a[href^="/login/start"]`, chromedp.ByQuery))
	b.sees("the incident that was asked for", `location.pathname === '/i/INC-2025-001' && document.querySelector('.story h1')`)
	b.sees("the live feed", `document.querySelector('#link.is-live')`)
	if js[bool](b, `document.cookie.includes('rof_session')`) {
		t.Error("scripts can read the session")
	}

	t.Run("and goes on at once when a link of another site leads in", func(t *testing.T) {
		b.open(i.name + "/keys") // a page of another site
		b.run(chromedp.Evaluate(`location.href = '`+r.url+`/i/INC-2025-002'`, nil))
		b.sees("the incident", `location.pathname === '/i/INC-2025-002' && document.querySelector('.story h1')`)
	})

	t.Run("and out", func(t *testing.T) {
		b.run(chromedp.Click(`form[action="/logout"] button`, chromedp.ByQuery))
		b.sees("sign-in", `document.querySelector('h1')?.textContent === 'Sign in'`)
		b.open(r.url + "/")
		b.sees("sign-in still", `document.querySelector('h1')?.textContent === 'Sign in'`)
	})
	b.quiet()
}
