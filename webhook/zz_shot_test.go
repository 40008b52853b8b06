package webhook_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

func TestShot(t *testing.T) {
	spec := os.Getenv("SHOT")
	if spec == "" {
		t.Skip()
	}
	b := browse(t)
	for _, s := range strings.Split(spec, "\n") {
		f := strings.Split(s, "|") // name|url|w|h|dark|js
		w, h := int64(1280), int64(800)
		if f[2] == "m" {
			w, h = 390, 844
		}
		scheme := "light"
		if f[3] == "d" {
			scheme = "dark"
		}
		b.size(w, h)
		b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
		b.open(f[1])
		time.Sleep(700 * time.Millisecond)
		if len(f) > 4 {
			b.run(chromedp.Evaluate(f[4], nil))
			time.Sleep(2500 * time.Millisecond)
		}
		if axe := os.Getenv("AXE"); axe != "" {
			src, err := os.ReadFile(axe)
			check(t, err)
			b.run(chromedp.Evaluate(string(src)+";0", nil))
			var out string
			b.run(chromedp.Evaluate(`axe.run().then(r => r.violations.map(v => v.id+": "+v.nodes.length+" "+v.nodes.slice(0,3).map(n=>n.target+" "+n.any.map(a=>a.message).join(";")).join(" | ")).join("\n"))`, &out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
			t.Log(f[0], out)
		}
		var png []byte
		b.run(chromedp.CaptureScreenshot(&png))
		check(t, os.WriteFile("/tmp/shots/"+f[0]+".png", png, 0o644))
	}
	t.Log(b.console)
}
