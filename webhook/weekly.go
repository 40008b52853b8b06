package webhook

import (
	"fmt"
	"strconv"
	"time"

	"ragoffire/engine"
)

// enoughToDraw is how many there must be of what is counted: fewer make a picture
// that says more than anybody knows.
const enoughToDraw = 5

// weekly is a figure over weeks: a drawing, and the same as a table.
type weekly struct {
	ID, Title string
	Few       string // why it is not drawn
	Legend    []series
	Bars      []weekBar
	Lines     []weekLine
	Weeks     []weekTick
	Levels    []weekLevel
	Head      []string
	Rows      []weekRow
	Says      string // for who does not see it
}

// series is a line of the legend: how it looks, and what it is.
type series struct{ Class, Name string }

// weekBar is a part of a bar; a part that looks like another by its colour alone
// has a hatch, too.
type weekBar struct {
	Class        string
	X, Y, Height float64
	Title        string
}

type weekLine struct {
	Class string
	Path  string // through weeks that follow each other
	Dots  []weekDot
}

type weekDot struct {
	X, Y  float64
	Title string
}

type weekTick struct {
	X    float64
	Name string
}

type weekLevel struct {
	Y    float64
	Name string
}

type weekRow struct {
	Week  string
	Cells []string
}

// The drawing, from corner to corner, in a viewBox of 320 by 170.
const (
	weekLeft, weekRight = 44., 312.
	weekTop, weekBottom = 12., 144.
	weekNames           = 4 // at most so many weeks are named
)

// BarWidth is how wide a week's bar is.
func (w *weekly) BarWidth() float64 {
	return place(0, .62*(weekRight-weekLeft), 1/float64(len(w.Weeks)))
}

func newWeekly(id, title string, list []engine.Week, head ...string) *weekly {
	w := &weekly{ID: id, Title: title, Head: head}
	every := (len(list) + weekNames - 1) / weekNames
	for n := range list {
		t := weekTick{X: weekX(n, len(list))}
		if (len(list)-1-n)%every == 0 {
			t.Name = list[n].From.Format("Jan 2")
		}
		w.Weeks = append(w.Weeks, t)
		w.Rows = append(w.Rows, weekRow{Week: list[n].From.Format("2006-01-02")})
	}
	return w
}

// weekX is the middle of the n-th of so many weeks.
func weekX(n, of int) float64 { return place(weekLeft, weekRight, (float64(n)+.5)/float64(of)) }

// counted is something that a week has a number of.
type counted struct {
	series
	of func(*engine.Week) int
}

// stacked draws what weeks have of several things, one above the other. rate is
// what a row says of them beside, of noun.
func stacked(id, title, noun string, list []engine.Week, things []counted, rate func(*engine.Week) string, rateName string) *weekly {
	head := []string{"Week"}
	for _, c := range things {
		head = append(head, c.Name)
	}
	if rate != nil {
		head = append(head, rateName)
	}
	w := newWeekly(id, title, list, head...)
	top, total := 0, 0
	for n := range list {
		sum := 0
		for _, c := range things {
			sum += c.of(&list[n])
			w.Rows[n].Cells = append(w.Rows[n].Cells, strconv.Itoa(c.of(&list[n])))
		}
		if rate != nil {
			w.Rows[n].Cells = append(w.Rows[n].Cells, rate(&list[n]))
		}
		top, total = max(top, sum), total+sum
	}
	w.Says = fmt.Sprintf("%s by week; the table has the figures", title)
	if total < enoughToDraw {
		w.Few = few(total, noun)
		return w
	}
	top = roundUp(top)
	y := func(v int) float64 { return place(weekBottom, weekTop, float64(v)/float64(top)) }
	for n := range list {
		from := 0
		for _, c := range things {
			if v := c.of(&list[n]); v > 0 {
				w.Bars = append(w.Bars, weekBar{
					Class: c.Class, X: place(weekX(n, len(list))-w.BarWidth()/2, 0, 0), Y: y(from + v), Height: place(0, y(from)-y(from+v), 1),
					Title: fmt.Sprintf("%s: %d %s", list[n].From.Format("Jan 2"), v, c.Name),
				})
				from += v
			}
		}
	}
	for _, c := range things {
		w.Legend = append(w.Legend, c.series)
	}
	w.Levels = []weekLevel{{y(top), strconv.Itoa(top)}, {y(0), "0"}}
	if top%2 == 0 {
		w.Levels = append(w.Levels, weekLevel{y(top / 2), strconv.Itoa(top / 2)})
	}
	return w
}

// few says of a number why nothing is drawn of it.
func few(n int, noun string) string {
	if n == 0 {
		return "No " + noun + "s yet."
	}
	return plural(n, noun, noun+"s") + ": too few to draw."
}

// roundUp is the next number that an axis may end at.
func roundUp(n int) int {
	for step := 1; ; step *= 10 {
		for _, nice := range []int{2, 4, 6, 8, 10} {
			if v := nice * step; v >= n {
				return v
			}
		}
	}
}

// timed is how long something took in a week, on average of so many.
type timed struct {
	series
	of func(*engine.Week) (time.Duration, int)
}

// times draws averages of durations; a week that has none has no dot.
func times(id, title, noun string, list []engine.Week, things []timed) *weekly {
	head := []string{"Week"}
	for _, c := range things {
		head = append(head, c.Name, "of")
	}
	w := newWeekly(id, title, list, head...)
	longest, total := time.Duration(0), 0
	for n := range list {
		for _, c := range things {
			d, of := c.of(&list[n])
			cell := "–"
			if of > 0 {
				cell = engine.Span(d)
				longest = max(longest, d)
			}
			w.Rows[n].Cells = append(w.Rows[n].Cells, cell, strconv.Itoa(of))
			total += of
		}
	}
	w.Says = fmt.Sprintf("%s by week; the table has the figures", title)
	if total < enoughToDraw {
		w.Few = few(total, noun)
		return w
	}
	top := roundTime(longest)
	y := func(d time.Duration) float64 { return place(weekBottom, weekTop, d.Seconds()/top.Seconds()) }
	for _, c := range things {
		line := weekLine{Class: c.Class}
		joined := false
		for n := range list {
			d, of := c.of(&list[n])
			if of == 0 {
				joined = false
				continue
			}
			dot := weekDot{weekX(n, len(list)), y(d), fmt.Sprintf("%s: %s, of %d", list[n].From.Format("Jan 2"), engine.Span(d), of)}
			to := "M"
			if joined {
				to = "L"
			}
			line.Path += to + short(dot.X) + " " + short(dot.Y)
			line.Dots = append(line.Dots, dot)
			joined = true
		}
		w.Lines = append(w.Lines, line)
		w.Legend = append(w.Legend, c.series)
	}
	w.Levels = []weekLevel{{y(top), engine.Span(top)}, {y(top / 2), engine.Span(top / 2)}, {y(0), "0"}}
	return w
}

// roundTime is the next time that an axis may end at.
func roundTime(d time.Duration) time.Duration {
	for _, nice := range []time.Duration{
		time.Minute, 2 * time.Minute, 4 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	} {
		if nice >= d {
			return nice
		}
	}
	const day = 24 * time.Hour
	return time.Duration(roundUp(int((d+day-1)/day))) * day
}
