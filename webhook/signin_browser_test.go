package webhook_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"ragoffire/webhook"
	"ragoffire/webhook/browsertest"
)

// The provider is another site than the dashboard, so the session's strict cookie
// is not sent on the way back from it.
func TestABrowserSignsInAndOut(t *testing.T) {
	i := newIssuer(t)
	r := start(t, i.config(webhook.People{})).withSeeds()
	b := browsertest.New(t, r.url, i.name)
	b.Open(r.url + "/i/INC-2025-001")
	b.Sees("sign-in", `document.querySelector('h1')?.textContent === 'Sign in'`)
	b.Click(`a[href^="/login/start"]`)
	b.Sees("the incident that was asked for", `location.pathname === '/i/INC-2025-001' && document.querySelector('.story h1')`)
	b.Sees("the live feed", `document.querySelector('#link.is-live')`)
	if browsertest.JS[bool](b, `document.cookie.includes('rof_session')`) {
		t.Error("scripts can read the session")
	}

	t.Run("and goes on at once when a link of another site leads in", func(t *testing.T) {
		b.Open(i.name + "/keys") // a page of another site
		b.Run(chromedp.Evaluate(`location.href = '`+r.url+`/i/INC-2025-002'`, nil))
		b.Sees("the incident", `location.pathname === '/i/INC-2025-002' && document.querySelector('.story h1')`)
	})

	t.Run("and is told so where such a link leads to nothing", func(t *testing.T) {
		b.Forgive("404")
		b.Open(i.name + "/keys")
		b.Run(chromedp.Evaluate(`location.href = '`+r.url+`/i/INC-1999-0001'`, nil))
		b.Sees("that there is none", `document.querySelector('main')?.innerText.includes('there is no incident INC-1999-0001')`)
		b.Open(r.url + "/")
	})

	t.Run("and out", func(t *testing.T) {
		b.Click(`form[action="/logout"] button`)
		b.Sees("sign-in", `document.querySelector('h1')?.textContent === 'Sign in'`)
		b.Open(r.url + "/")
		b.Sees("sign-in still", `document.querySelector('h1')?.textContent === 'Sign in'`)
	})
	b.Quiet()
}
