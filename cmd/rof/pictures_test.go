package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ragoffire/webhook/browsertest"
)

// docsDir is where the README's pictures are.
const docsDir = "../../docs"

// pictureSize is how large a picture may be: a README is read over a phone, too.
const pictureSize = 130 << 10

// TestPictures plays a night in the demo and takes the README's pictures of it,
// with -update. Without, it plays the same night and compares what the pictures
// would say with what they said when they were taken.
func TestPictures(t *testing.T) {
	p := demonstrating(t)
	b := browsertest.New(t, p.url)
	b.Run(chromedp.ActionFunc(func(ctx context.Context) error { return emulation.SetTimezoneOverride("Europe/Berlin").Do(ctx) }))
	var said strings.Builder
	take := func(name string, width, height int64, scale float64, parts ...string) {
		t.Helper()
		b.Run(emulation.SetDeviceMetricsOverride(width, height, scale, false))
		b.Run(chromedp.Evaluate(`document.activeElement?.blur()`, nil))
		fmt.Fprintf(&said, "== %s\n", name)
		for _, part := range parts {
			b.Sees(part, `document.querySelector(`+quoted(part)+`)`)
			said.WriteString(steady(browsertest.JS[string](b, `[...document.querySelectorAll(`+quoted(part)+`)].map(e => e.innerText).join('\n')`)))
		}
		if *update {
			picture(t, b, name)
		}
		if info, err := os.Stat(filepath.Join(docsDir, name)); err != nil || info.Size() > pictureSize {
			t.Errorf("%s: %v, %d bytes of at most %d", name, err, size(info), pictureSize)
		}
	}

	b.Size(1280, 800)
	b.Dress("light")
	b.Open(p.url + "/slack")
	b.Sees("the bot", `document.querySelector('#link.on')`)
	b.ClickLast(`[data-fire="1"]`)
	b.Reads(inChannel, "Looks like INC-2025-002")
	b.ClickLast(`[data-fire="9"]`)
	b.Reads(inChannel, "Label printer in hall 3 jams")
	b.ClickLast(`[data-fire="8"]`)
	b.Reads(inChannel, "Looks like INC-2025-010")
	b.ClickLast(`[data-fire="0"]`)
	b.Reads(inChannel, "Looks like INC-2025-001")
	b.ClickLast(`#list .msg:last-of-type .summary`)
	b.Reads(inThread, "Throttle connections to 30%")
	b.Sees("no message that floats", `!document.querySelector('#toasts')?.innerText.trim()`)
	b.Run(chromedp.Evaluate(`document.querySelector('#threadlist .msg:last-of-type').scrollIntoView({ block: 'start' }); document.querySelector('#list .msg:last-of-type').scrollIntoView({ block: 'end' })`, nil))
	take("slack.png", 1280, 800, 1.25, `#list`, `#threadlist`)

	b.Open(p.url + "/")
	b.Sees("four that are open", `document.querySelectorAll('#rows .row .match').length === 4 && document.querySelector('#link.is-live')`)
	story := browsertest.JS[string](b, `[...document.querySelectorAll('#rows .row')].find(r => r.innerText.includes('checkout')).querySelector('a').pathname`)
	lag := browsertest.JS[string](b, `[...document.querySelectorAll('#rows .row')].find(r => r.innerText.includes('fulfilment')).querySelector('a').pathname`)
	if code := p.post("/api/v1/incidents"+strings.TrimPrefix(lag, "/i")+"/ack", map[string]string{"actor": "carol"}, nil); code != 200 {
		t.Fatalf("acknowledging answers %d", code)
	}
	b.Sees("who has one", `document.querySelector('#rows').innerText.includes('carol has it')`)
	take("dashboard.png", 1280, 800, 1.25, `.top .sum`, `#rows`, `#figures`, `#advice`)

	b.Open(p.url + story)
	b.Sees("the story", `document.querySelector('.card.decision') && document.querySelector('#link.is-live')`)
	take("incident.png", 1280, 800, 1.25, `#head`, `#alerts .line`, `#advice-now`)
	b.Dress("dark")
	b.Run(emulation.SetDeviceMetricsOverride(390, 844, 2, true))
	b.Open(p.url + story)
	b.Sees("the story", `document.querySelector('.card.decision') && document.querySelector('#link.is-live')`)
	take("phone.png", 390, 844, 2, `#head`)
	b.Quiet()

	golden := filepath.Join("testdata", "pictures.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(said.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if said.String() != string(was) {
		t.Errorf("the pictures in docs show other words than the demo does; take them again: go test ./cmd/rof -run Pictures -update\n%s", apart(string(was), said.String()))
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Glob(filepath.Join(docsDir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if !bytes.Contains(readme, []byte("docs/"+filepath.Base(path))) || !strings.Contains(said.String(), "== "+filepath.Base(path)+"\n") {
			t.Errorf("%s is not taken here, or not in the README", path)
		}
	}
}

func size(info os.FileInfo) int64 {
	if info == nil {
		return 0
	}
	return info.Size()
}

// passing is what differs from night to night.
var passing = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`dec_[0-9A-Z]{26}`), "dec_…"},
	{regexp.MustCompile(`INC-20\d\d-(\d{4})\b`), "INC-year-$1"},
	{regexp.MustCompile(`\b(?:[A-Z][a-z]{2} \d{1,2}, )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\b`), "hh:mm"},
	{regexp.MustCompile(`\b\d+(?:\.\d+)? ms\b`), "n ms"},
	{regexp.MustCompile(`(?:now|\d+ min)(\d+ alerts?)\b`), "a while, $1"},
	{regexp.MustCompile(`\b(?:now|\d+ (?:s|sec|min|h))\b`), "a while"},
	{regexp.MustCompile(`(?m)^(?:Today|Yesterday|[A-Z][a-z]+day, .*)$`), "a day"},
}

// steady is a text without what passes.
func steady(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		for _, p := range passing {
			line = p.what.ReplaceAllString(line, p.as)
		}
		if line != "" {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

// apart is where two texts first differ.
func apart(was, is string) string {
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	for n := range min(len(a), len(b)) {
		if a[n] != b[n] {
			return fmt.Sprintf("line %d was %q and is %q", n+1, a[n], b[n])
		}
	}
	return fmt.Sprintf("%d lines were %d", len(b), len(a))
}

// picture keeps what the window shows as one of the README's.
func picture(t *testing.T, b *browsertest.Browser, name string) {
	t.Helper()
	var shot []byte
	b.Run(chromedp.CaptureScreenshot(&shot))
	full, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColours(full)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docsDir, name), small.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fewColours is a picture in the 256 colours that it has most of: a page has few,
// and the rest are the edges of its letters.
func fewColours(full image.Image) *image.Paletted {
	area := full.Bounds()
	count := make(map[color.RGBA]int)
	at := func(x, y int) color.RGBA {
		c := color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)
		return color.RGBA{c.R &^ 3, c.G &^ 3, c.B &^ 3, 255}
	}
	exact := make(map[color.RGBA]map[color.RGBA]int) // what a rounded one stands for
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			r := at(x, y)
			count[r]++
			if exact[r] == nil {
				exact[r] = make(map[color.RGBA]int)
			}
			exact[r][color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	var all []color.RGBA
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		if d := count[b] - count[a]; d != 0 {
			return d
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	var palette color.Palette
	for _, c := range all[:min(len(all), 256)] {
		best, most := c, 0
		for e, n := range exact[c] {
			if n > most {
				best, most = e, n
			}
		}
		palette = append(palette, best)
	}
	out := image.NewPaletted(area, palette)
	nearest := make(map[color.RGBA]uint8)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := at(x, y)
			n, ok := nearest[c]
			if !ok {
				n = uint8(palette.Index(c))
				nearest[c] = n
			}
			out.SetColorIndex(x, y, n)
		}
	}
	return out
}
