package main

import (
	"context"
	"encoding/json"
	"flag"
	"strings"

	"ragoffire/engine"
)

const analyzeHelp = `one decision from history, on the terminal; no model is asked

  --error-type T   the type of error, such as database_timeout
  --spike PCT      how far above its baseline, in percent, such as 450
  --service S      the service that is hit
  --json           one JSON document on stdout instead of text
  TEXT             what is wrong, in words; key=value pairs count as in Slack;
                   a live incident's id alone shows its latest advice

examples:
  rof analyze --error-type database_timeout --spike 450 --service checkout
  rof analyze database timeouts on checkout, up 450%
`

func analyze(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("analyze", flag.ContinueOnError)
	errorType := fs.String("error-type", "", "")
	spike := fs.String("spike", "", "")
	service := fs.String("service", "", "")
	asJSON := fs.Bool("json", false, "")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	q, err := question(strings.Join(words, " "), *errorType, *spike, *service)
	if err != nil {
		return err
	}
	return withEngine(ctx, getenv, std, func(e *engine.Engine) error {
		d, err := answer(ctx, e, q)
		if err != nil {
			return err
		}
		if *asJSON {
			return json.NewEncoder(std.out).Encode(d)
		}
		return printDecision(std.out, &d)
	})
}

// answer is what history says to a question, or has said where it is a live
// incident's id.
func answer(ctx context.Context, e *engine.Engine, q engine.Question) (engine.Decision, error) {
	if q.ErrorType == "" && q.Service == "" && q.Text != "" && !strings.Contains(q.Text, " ") {
		i, err := e.Incident(ctx, strings.ToUpper(q.Text))
		if err == nil && len(i.Decisions) > 0 {
			return i.Decisions[0], nil
		}
		if err != nil && engine.KindOf(err) != engine.NotFound {
			return engine.Decision{}, err
		}
	}
	return e.Analyze(ctx, q)
}

// question puts flags and words together; a flag wins over the same key in the
// words.
func question(text, errorType, spike, service string) (engine.Question, error) {
	var q engine.Question
	if text != "" {
		var err error
		if q, err = engine.ParsePairs(text); err != nil {
			return q, err
		}
	}
	if spike != "" {
		n, err := engine.ParsePercent(spike)
		if err != nil {
			return q, engine.Invalidf("spike", "--spike must be a number of percent such as 450, not %q", spike)
		}
		q.Spike = &n
	}
	if errorType != "" {
		q.ErrorType = errorType
	}
	if service != "" {
		q.Service = service
	}
	if !q.Asks() {
		return q, usagef("give an error type or say in words what is wrong")
	}
	return q, nil
}
