package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
			b := browse(t, p.url)
			phone := c.width < 500
			pane := func(name string) {
				if phone {
					b.click(`.dock [data-pane=` + name + `]`)
				}
			}
			b.size(c.width, c.height)
			b.dress(c.scheme)
			b.open(p.url + "/slack")
			b.reads(`#list`, "No alerts yet")
			b.sees("the bot", `document.querySelector('#link.on')`)
			b.shot("0-empty")
			b.axe("empty")

			pane("try")
			b.shot("1-try")
			b.axe("alerts")
			b.click(`[data-step="0"]`)
			b.sees("the first step's tick", `document.querySelector('.guide li:nth-child(1).done')`)
			pane("chat")
			b.reads(inChannel, "Looks like INC-2025-001")
			b.shot("2-fired")
			b.axe("an alert")

			pane("try")
			b.click(`[data-step="1"]`)
			b.reads(inThread, "Throttle connections to 30%")
			b.reads(inThread, "EXAMPLE, not your systems")
			b.shot("3-thread")
			b.axe("advice")
			b.click(`#threadlist [data-action=decision_approve]`)
			b.reads(inThread, "Approved by @alice")
			pane("try")
			b.sees("three ticks", `document.querySelectorAll('.guide li.done').length === 3`)

			b.click(`[data-step="3"]`)
			b.click(`#list [data-action=incident_ack]`)
			b.reads(inChannel, "@alice has it")
			b.click(`#list [data-action=incident_resolve]`)
			b.sees("the dialog", `document.querySelector('#modal[open]')`)
			b.shot("4-dialog")
			b.axe("a dialog")
			if got := js[string](b, `document.querySelector('#modal textarea').value`); got != "Throttle connections to 30%" {
				t.Errorf("the dialog does not begin with what was approved but with %q", got)
			}
			b.run(empty(`#modal textarea`))
			b.click(`#modal [type=submit]`)
			b.reads(`#modal .error`, "Please complete this required field")
			b.shot("5-error")
			b.axe("a field's error")
			b.types(`#modal .wrong textarea`, "Throttled connections, then raised the pool")
			b.click(`#modal [type=submit]`)
			b.sees("that it closed", `!document.querySelector('#modal[open]')`)
			b.reads(inChannel, "Throttled connections, then raised the pool")
			pane("try")
			b.reads(`.guide`, "is history now")
			b.shot("6-history")
			b.axe("history")

			b.click(`[data-step=again]`)
			b.sees("the question", `document.querySelector('#foot textarea').value === '/incident analyze error_type=database_timeout spike=450 service=checkout'`)
			b.types(`#foot textarea`, kb.Enter)
			b.sees("its own history first", `[...document.querySelectorAll('#list .msg')].some(m => /Incident Decision: INC-20(2[6-9]|[3-9])/.test(m.innerText))`)
			b.shot("7-again")
			if w := js[int64](b, `document.documentElement.scrollWidth`); w > c.width {
				t.Errorf("%d wide on %d", w, c.width)
			}
			b.quiet()
		})
	}
}

func TestDemoTakesCommandsMentionsAndDirectMessages(t *testing.T) {
	p := demonstrating(t)
	b := browse(t, p.url)
	b.dress("light")
	b.open(p.url + "/slack#C0GENERAL")
	b.reads(inChannel, "Customers say that checkout times out")
	b.sees("the bot", `document.querySelector('#link.on')`)

	b.types(`#foot textarea`, "/inc")
	b.sees("the verbs", `document.querySelectorAll('#foot [role=option]').length > 20`)
	b.shot("menu")
	b.axe("the menu")
	b.types(`#foot textarea`, "ident he")
	b.sees("the one that fits", `[...document.querySelectorAll('#foot [role=option] b')].map(e => e.textContent).join() === '/incident help'`)
	b.types(`#foot textarea`, kb.Tab+" all"+kb.Enter)
	b.reads(`.msg.private`, "Only visible to you")
	b.reads(`.msg.private`, "/incident handoff")
	b.shot("ephemeral")
	b.axe("an ephemeral message")

	b.types(`#foot textarea`, "/incident analyze er"+kb.Enter)
	b.sees("a key", `document.querySelector('#foot textarea').value === '/incident analyze error_type='`)
	b.types(`#foot textarea`, "cache_stampede"+kb.Enter)
	b.reads(inChannel, "Incident Decision: INC-2025-007")
	b.reads(inChannel, "asked by @alice")

	b.types(`#foot textarea`, "/incident declare"+kb.Enter)
	b.sees("its dialog", `document.querySelector('#modal[open] select')`)
	b.shot("declare")
	b.axe("a dialog with choices")
	b.click(`#modal [type=submit]`)
	b.reads(`#modal .error`, "Please complete this required field")
	b.run(chromedp.KeyEvent(kb.Escape))
	b.sees("that it closed", `!document.querySelector('#modal[open]')`)

	b.run(tap(`#list .msg:nth-of-type(2)`))
	b.click(`#list .msg:nth-of-type(2) [aria-label=Pushpin]`)
	b.sees("the pushpin", `document.querySelector('#list .msg:nth-of-type(2) .reaction.mine')`)
	b.click(`#list .msg:nth-of-type(2) [data-tool=shortcut]`)
	b.reads(inChannel+` .summary`, "1 reply")
	b.click(`#list .summary`)
	b.reads(inThread, "Incident Decision: INC-2025-001")
	b.types(`#threadfoot textarea`, "/incident ack"+kb.Enter)
	b.reads(`#toasts`, "Commands don’t run in threads")
	b.run(empty(`#threadfoot textarea`))
	b.types(`#threadfoot textarea`, "@ro"+kb.Tab+"he"+kb.Tab+kb.Enter)
	b.reads(inThread+`.private`, "/incident analyze")
	b.shot("thread")

	// Another person sees neither what was for alice alone, nor her name at theirs.
	b.run(choose(`#who`, "U0BOB"))
	b.sees("bob", `document.querySelector('#link.on') && document.querySelector('#who').value === 'U0BOB'`)
	b.click(`[data-place=C0GENERAL]`)
	b.reads(inChannel, "asked by @alice")
	if js[bool](b, `!!document.querySelector('.msg.private')`) {
		t.Error("bob sees what was for alice alone")
	}

	b.click(`[data-place=home]`)
	b.reads(`.home`, "No open incidents")
	b.shot("home")
	b.axe("App Home")
	b.click(`[data-tab=Messages]`)
	b.click(`#list .b-actions button:first-child`)
	b.reads(inThread, "No live incidents")
	b.shot("direct")
	b.axe("direct messages")
	b.click(`#leave`)
	b.types(`#foot textarea`, "expired certificate on the partner gateway"+kb.Enter)
	b.sees("an answer", `[...document.querySelectorAll('#list .msg .summary, #list .msg')].some(m => m.innerText.includes('INC-2025-008') || m.innerText.includes('1 reply'))`)
	b.quiet()
}

func TestDemoShowsHostileAlertsAsText(t *testing.T) {
	p := demonstrating(t)
	b := browse(t, p.url)
	b.open(p.url + "/slack")
	b.sees("the bot", `document.querySelector('#link.on')`)
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
	b.sees("all of them", fmt.Sprintf(`document.querySelectorAll('#list .msg [data-action=incident_ack]').length >= %d`, len(texts)))
	b.reads(inChannel, `alert(1)`)
	// The list moves under a pointer while the others come; and of all that fire at once only the first has advice of its own.
	const first = `[...document.querySelectorAll('#list .msg')].find((m) => m.innerText.includes('advice in the thread'))?.querySelector('.summary')`
	b.sees("the thread of the first", `!!`+first)
	js[bool](b, first+`.click(), true`)
	b.reads(inThread, "Throttle connections to 30%")
	if n := js[int](b, `document.querySelectorAll('.log img, .log iframe, .log script, .log a[href*="evil"], .log a[href^="javascript"], .log [onerror], .log [onload]').length`); n != 0 {
		t.Errorf("%d elements came out of a text", n)
	}
	b.quiet()
}

func TestDemoShowsTheDashboardAndFitsAPhone(t *testing.T) {
	p := demonstrating(t)
	b := browse(t, p.url)
	b.dress("light")
	b.open(p.url + "/slack")
	b.click(`#tab-board`)
	const frame = `document.querySelector('#board iframe').contentDocument`
	b.sees("the dashboard", frame+`?.querySelector('#link.is-live')`)
	b.click(`#tab-try`)
	b.click(`[data-fire="4"]`)
	b.reads(`#toasts`, "202: 1 taken in")
	b.click(`#tab-board`)
	b.sees("the alert there", frame+`.querySelector('#rows .row')?.innerText.includes('pricing')`)
	b.shot("board")
	b.click(`#tab-try`)
	b.reads(`.alert.on`, "CPU of pricing")
	b.click(`[data-fire="4"]`)
	b.reads(inChannel, "recovered")
	b.click(`.own summary`)
	b.run(empty(`#own-body`))
	b.types(`#own-body`, `{"title":"Cart is slow","service":"cart","severity":"high"}`)
	b.click(`.own [type=submit]`)
	b.reads(`.own output`, "202: 1 taken in")
	b.reads(inChannel, "Cart is slow")
	b.types(`#own-body`, `oops`)
	b.forgive("400")
	b.click(`.own [type=submit]`)
	b.reads(`.own output`, "400: ")
	b.shot("own")
	b.axe("a body of one's own")
	for _, width := range []int64{320, 390, 768, 1100, 1600} {
		b.size(width, 800)
		for _, pane := range []string{"side", "chat", "try", "board"} {
			if width < 860 {
				b.click(`.dock [data-pane=` + pane + `]`)
			}
			if w := js[int64](b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide on %d", pane, w, width)
			}
			b.shot(fmt.Sprint(pane, "-", width))
		}
	}
	b.quiet()
}
