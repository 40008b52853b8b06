package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// noisyShown is how many rules are worth somebody's time this week.
const noisyShown = 5

// noise lists the rules that fired for nothing the most often, nil where none did.
func (r *renderer) noise(n *engine.Noise) slack.Block {
	var lines []string
	for k := range n.Rules {
		rule := &n.Rules[k]
		if rule.Idle() == 0 || len(lines) == noisyShown {
			break // they come in this order
		}
		lines = append(lines, join(
			r.esc(rule.Rule, maxName)+" ("+r.esc(rule.Source, maxName)+")", "fired "+itoa(rule.Fired), itoa(rule.Acknowledged)+" acknowledged",
			itoa(rule.ActedOn)+" acted on", itoa(rule.FalseAlarms)+" false alarms", itoa(rule.Untouched)+" ended untouched",
		))
	}
	if len(lines) == 0 {
		return nil
	}
	return fact(fmt.Sprintf("Noisiest rules, %d days", n.Days), lines[0], lines[1:]...)
}
