package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ragoffire/webhook/browsertest"
)

const inChannel, inThread = `#list .msg`, `#threadlist .msg`

func TestDemoFromAnAlertToHistory(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int64
		scheme        string
	}{
		{"desk", 1280, 800, "light"},
		{"desk, at night", 1280, 800, "dark"},
		{"phone", 390, 844, "light"},
		{"phone, at night", 390, 844, "dark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := demonstrating(t)
			b := browsertest.New(t, p.url)
			phone := c.width < 500
			pane := func(name string) {
				if phone {
					b.ClickLast(`.dock [data-pane=` + name + `]`)
				}
			}
			b.Size(c.width, c.height)
			b.Dress(c.scheme)
			b.Open(p.url + "/slack")
			b.Reads(`#list`, "No alerts yet")
			b.Sees("the bot", `document.querySelector('#link.on')`)
			b.Shot("0-empty")
			b.Axe("empty")

			pane("try")
			b.Shot("1-try")
			b.Axe("alerts")
			b.ClickLast(`[data-step="0"]`)
			b.Sees("the first step's tick", `document.querySelector('.guide li:nth-child(1).done')`)
			pane("chat")
			b.Reads(inChannel, "Looks like INC-2025-001")
			b.Shot("2-fired")
			b.Axe("an alert")

			pane("try")
			b.ClickLast(`[data-step="1"]`)
			b.Reads(inThread, "Throttle connections to 30%")
			b.Reads(inThread, "EXAMPLE, not your systems")
			b.Shot("3-thread")
			b.Axe("advice")
			b.ClickLast(`#threadlist [data-action=decision_approve]`)
			b.Reads(inThread, "Approved by @alice")
			pane("try")
			b.Sees("three ticks", `document.querySelectorAll('.guide li.done').length === 3`)

			b.ClickLast(`[data-step="3"]`)
			b.ClickLast(`#list [data-action=incident_ack]`)
			b.Reads(inChannel, "@alice has it")
			b.ClickLast(`#list [data-action=incident_resolve]`)
			b.Sees("the dialog", `document.querySelector('#modal[open]')`)
			b.Shot("4-dialog")
			b.Axe("a dialog")
			if got := browsertest.JS[string](b, `document.querySelector('#modal textarea').value`); got != "Throttle connections to 30%" {
				t.Errorf("the dialog does not begin with what was approved but with %q", got)
			}
			b.Run(empty(`#modal textarea`))
			b.ClickLast(`#modal [type=submit]`)
			b.Reads(`#modal .error`, "Please complete this required field")
			b.Shot("5-error")
			b.Axe("a field's error")
			b.Types(`#modal .wrong textarea`, "Throttled connections, then raised the pool")
			b.ClickLast(`#modal [type=submit]`)
			b.Sees("that it closed", `!document.querySelector('#modal[open]')`)
			b.Reads(inChannel, "Throttled connections, then raised the pool")
			pane("try")
			b.Reads(`.guide`, "is history now")
			b.Shot("6-history")
			b.Axe("history")

			b.ClickLast(`[data-step=again]`)
			b.Sees("the question", `document.querySelector('#foot textarea').value === '/incident analyze error_type=database_timeout spike=450 service=checkout'`)
			b.Types(`#foot textarea`, kb.Enter)
			b.Sees("its own history first", `[...document.querySelectorAll('#list .msg')].some(m => /Incident Decision: INC-20(2[6-9]|[3-9])/.test(m.innerText))`)
			b.Shot("7-again")
			if w := browsertest.JS[int64](b, `document.documentElement.scrollWidth`); w > c.width {
				t.Errorf("%d wide on %d", w, c.width)
			}
			b.Quiet()
		})
	}
}

func TestDemoTakesCommandsMentionsAndDirectMessages(t *testing.T) {
	p := demonstrating(t)
	b := browsertest.New(t, p.url)
	b.Dress("light")
	b.Open(p.url + "/slack#C0GENERAL")
	b.Reads(inChannel, "Customers say that checkout times out")
	b.Sees("the bot", `document.querySelector('#link.on')`)

	b.Types(`#foot textarea`, "/inc")
	b.Sees("the verbs", `document.querySelectorAll('#foot [role=option]').length > 20`)
	b.Shot("menu")
	b.Axe("the menu")
	b.Types(`#foot textarea`, "ident he")
	b.Sees("the one that fits", `[...document.querySelectorAll('#foot [role=option] b')].map(e => e.textContent).join() === '/incident help'`)
	b.Types(`#foot textarea`, kb.Tab+" all"+kb.Enter)
	b.Reads(`.msg.private`, "Only visible to you")
	b.Reads(`.msg.private`, "/incident handoff")
	b.Shot("ephemeral")
	b.Axe("an ephemeral message")

	b.Types(`#foot textarea`, "/incident analyze er"+kb.Enter)
	b.Sees("a key", `document.querySelector('#foot textarea').value === '/incident analyze error_type='`)
	b.Types(`#foot textarea`, "cache_stampede"+kb.Enter)
	b.Reads(inChannel, "Incident Decision: INC-2025-007")
	b.Reads(inChannel, "asked by @alice")

	b.Types(`#foot textarea`, "/incident declare"+kb.Enter)
	b.Sees("its dialog", `document.querySelector('#modal[open] select')`)
	b.Shot("declare")
	b.Axe("a dialog with choices")
	b.ClickLast(`#modal [type=submit]`)
	b.Reads(`#modal .error`, "Please complete this required field")
	b.Run(chromedp.KeyEvent(kb.Escape))
	b.Sees("that it closed", `!document.querySelector('#modal[open]')`)

	b.Run(tap(`#list .msg:nth-of-type(2)`))
	b.ClickLast(`#list .msg:nth-of-type(2) [aria-label=Pushpin]`)
	b.Sees("the pushpin", `document.querySelector('#list .msg:nth-of-type(2) .reaction.mine')`)
	b.ClickLast(`#list .msg:nth-of-type(2) [data-tool=shortcut]`)
	b.Reads(inChannel+` .summary`, "1 reply")
	b.ClickLast(`#list .summary`)
	b.Reads(inThread, "Incident Decision: INC-2025-001")
	b.Types(`#threadfoot textarea`, "/incident ack"+kb.Enter)
	b.Reads(`#toasts`, "Commands don’t run in threads")
	b.Run(empty(`#threadfoot textarea`))
	b.Types(`#threadfoot textarea`, "@ro"+kb.Tab+"he"+kb.Tab+kb.Enter)
	b.Reads(inThread+`.private`, "/incident analyze")
	b.Shot("thread")

	// Another person sees neither what was for alice alone, nor her name at theirs.
	b.Run(choose(`#who`, "U0BOB"))
	b.Sees("bob", `document.querySelector('#link.on') && document.querySelector('#who').value === 'U0BOB'`)
	b.ClickLast(`[data-place=C0GENERAL]`)
	b.Reads(inChannel, "asked by @alice")
	if browsertest.JS[bool](b, `!!document.querySelector('.msg.private')`) {
		t.Error("bob sees what was for alice alone")
	}

	b.ClickLast(`[data-place=home]`)
	b.Reads(`.home`, "No open incidents")
	b.Shot("home")
	b.Axe("App Home")
	b.ClickLast(`[data-tab=Messages]`)
	b.ClickLast(`#list .b-actions button:first-child`)
	b.Reads(inThread, "No live incidents")
	b.Shot("direct")
	b.Axe("direct messages")
	b.ClickLast(`#leave`)
	b.Types(`#foot textarea`, "expired certificate on the partner gateway"+kb.Enter)
	b.Sees("an answer", `[...document.querySelectorAll('#list .msg .summary, #list .msg')].some(m => m.innerText.includes('INC-2025-008') || m.innerText.includes('1 reply'))`)
	b.Quiet()
}

func TestDemoShowsHostileAlertsAsText(t *testing.T) {
	p := demonstrating(t)
	b := browsertest.New(t, p.url)
	b.Open(p.url + "/slack")
	b.Sees("the bot", `document.querySelector('#link.on')`)
	texts := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`, `<a href="javascript:alert(1)">x</a>`,
		`<javascript:alert(1)|click>`, `<!channel> <@U0ALICE>`, `<https://evil.example|here>`, "```</pre><script>alert(1)</script>```", `*_~` + "`" + `&lt;b&gt;`,
	}
	for n, s := range texts {
		body := map[string]any{
			"title": s, "description": s, "service": fmt.Sprint(s, n), "severity": "critical", "fingerprint": fmt.Sprint(n), "spike_percentage": 450,
			"error_type": "database_timeout", "labels": map[string]string{"k": s}, "links": []map[string]string{{"rel": s, "url": "https://evil.example/" + s}},
		}
		if code := p.post("/webhooks/generic", body, nil); code != 202 {
			t.Fatalf("%q: %d", s, code)
		}
	}
	b.Sees("all of them", fmt.Sprintf(`document.querySelectorAll('#list .msg [data-action=incident_ack]').length >= %d`, len(texts)))
	b.Reads(inChannel, `alert(1)`)
	// The list moves under a pointer while the others come; and of all that fire at once only the first has advice of its own.
	const first = `[...document.querySelectorAll('#list .msg')].find((m) => m.innerText.includes('advice in the thread'))?.querySelector('.summary')`
	b.Sees("the thread of the first", `!!`+first)
	browsertest.JS[bool](b, first+`.click(), true`)
	b.Reads(inThread, "Throttle connections to 30%")
	if n := browsertest.JS[int](b, `document.querySelectorAll('.log img, .log iframe, .log script, .log a[href*="evil"], .log a[href^="javascript"], .log [onerror], .log [onload]').length`); n != 0 {
		t.Errorf("%d elements came out of a text", n)
	}
	b.Quiet()
}

func TestDemoShowsTheDashboardAndFitsAPhone(t *testing.T) {
	p := demonstrating(t)
	b := browsertest.New(t, p.url)
	b.Dress("light")
	b.Open(p.url + "/slack")
	b.ClickLast(`#tab-board`)
	const frame = `document.querySelector('#board iframe').contentDocument`
	b.Sees("the dashboard", frame+`?.querySelector('#link.is-live')`)
	b.ClickLast(`#tab-try`)
	b.ClickLast(`[data-fire="4"]`)
	b.Reads(`#toasts`, "202: 1 taken in")
	b.ClickLast(`#tab-board`)
	b.Sees("the alert there", frame+`.querySelector('#rows .row')?.innerText.includes('pricing')`)
	b.Shot("board")
	b.ClickLast(`#tab-try`)
	b.Reads(`.alert.on`, "CPU of pricing")
	b.ClickLast(`[data-fire="4"]`)
	b.Reads(inChannel, "recovered")
	b.ClickLast(`.own summary`)
	b.Run(empty(`#own-body`))
	b.Types(`#own-body`, `{"title":"Cart is slow","service":"cart","severity":"high"}`)
	b.ClickLast(`.own [type=submit]`)
	b.Reads(`.own output`, "202: 1 taken in")
	b.Reads(inChannel, "Cart is slow")
	b.Types(`#own-body`, `oops`)
	b.Forgive("400")
	b.ClickLast(`.own [type=submit]`)
	b.Reads(`.own output`, "400: ")
	b.Shot("own")
	b.Axe("a body of one's own")
	for _, width := range []int64{320, 390, 768, 1100, 1600} {
		b.Size(width, 800)
		for _, pane := range []string{"side", "chat", "try", "board"} {
			if width < 860 {
				b.ClickLast(`.dock [data-pane=` + pane + `]`)
			}
			if w := browsertest.JS[int64](b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide on %d", pane, w, width)
			}
			b.Shot(fmt.Sprint(pane, "-", width))
		}
	}
	b.Quiet()
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
