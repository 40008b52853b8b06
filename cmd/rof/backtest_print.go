package main

import (
	"fmt"
	"io"
	"strings"

	"ragoffire/engine"
)

// casesShown is how many wrong answers are printed; --json has them all.
const casesShown = 20

// printBacktest prints the figures, then what went wrong, and last the sentence.
func printBacktest(w io.Writer, b *engine.Backtest) error {
	p := printer{w: w, color: colored(w)}
	if b.Incidents < 2 {
		p.print(b.Sentence + "\n")
		return p.err
	}
	p.line("Replayed", fmt.Sprintf("%d incidents, %s to %s", b.Incidents, b.From.Format("2006-01-02"), b.To.Format("2006-01-02")))
	p.line("Judged", fmt.Sprintf("%d decisions, each counting from then on", b.Judged))
	if b.Runbooks > 0 {
		p.line("Runbooks", fmt.Sprintf("%d, as they are today: when they were written is not known", b.Runbooks))
	}
	p.line("Found", fmt.Sprintf("%s first, %s in three, %s in five, MRR %s, of %d with a relevant earlier one",
		hundredths(b.Hit1), hundredths(b.Hit3), hundredths(b.Hit5), decimal(b.MRR), b.Answerable))
	p.line("Action", fmt.Sprintf("%s of %d recommendations were what fixed it", hundredths(b.ActionAccuracy), b.Actions))
	p.line("Answered", fmt.Sprintf("%s of all, %s of these confidently wrong", hundredths(b.Coverage), hundredths(b.WrongConfident)))
	if b.ECE != nil {
		p.line("Confidence", fmt.Sprintf("Brier %s, skill %s, ECE %s where luck alone shows %s", decimal(b.Brier), decimal(b.BrierSkill), decimal(b.ECE), decimal(b.NoiseFloor)))
		p.line("", fmt.Sprintf("the rule of thumb alone: Brier %s, skill %s, ECE %s", decimal(b.Raw.Brier), decimal(b.Raw.BrierSkill), decimal(b.Raw.ECE)))
		p.table(b.Table)
	}
	p.cases("Wrong, the surest first", "taken for", b.Wrong)
	p.cases("Silent, though an earlier one was relevant", "nearest", b.Missed)
	p.print("\n")
	p.title(b.Sentence)
	return p.err
}

// table prints the levels that have answers.
func (p *printer) table(bins []engine.CalibrationBin) {
	p.print("\n" + p.faint(fmt.Sprintf("%-13s%8s%8s%8s", "Level", "answers", "said", "right")) + "\n")
	for _, bin := range bins {
		if bin.N > 0 {
			name := fmt.Sprintf("%s %d–%d%%", bin.Word, percentage(bin.From), percentage(bin.To))
			p.print(fmt.Sprintf("%-15s%6d%8s%8s\n", strings.TrimSpace(name), bin.N, hundredths(&bin.Mean), hundredths(&bin.Right)))
		}
	}
}

func (p *printer) cases(title, named string, cases []engine.BacktestCase) {
	if len(cases) == 0 {
		return
	}
	p.print("\n" + p.faint(title) + "\n")
	for _, c := range cases[:min(casesShown, len(cases))] {
		p.print(fmt.Sprintf("%s  %s  %s\n", c.At.Format("2006-01-02"), safe(c.ID), safe(c.Title)))
		text := named + " nothing"
		if c.Named != "" {
			text = fmt.Sprintf("%s %s at %d%%: %s", named, c.Named, percentage(c.Score), strings.Join(c.Why, ", "))
		}
		if len(c.Right) > 0 {
			text += "; right: " + strings.Join(c.Right, ", ")
		} else {
			text += "; nothing earlier was right"
		}
		p.line("", text)
	}
	if more := len(cases) - casesShown; more > 0 {
		p.line("", fmt.Sprintf("and %d more; --json has them all", more))
	}
}

func (p *printer) faint(s string) string {
	if p.color {
		return "\x1b[2m" + s + "\x1b[0m"
	}
	return s
}

func percentage(share float64) int { return int(100*share + 0.5) }

// hundredths is a share in percent; a dash where there was nothing to count.
func hundredths(share *float64) string {
	if share == nil {
		return "–"
	}
	return fmt.Sprintf("%d%%", percentage(*share))
}

func decimal(f *float64) string {
	if f == nil {
		return "–"
	}
	return fmt.Sprintf("%.3f", *f)
}
