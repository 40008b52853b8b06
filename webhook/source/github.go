package source

import (
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ragoffire/engine"
)

// GitHub reads what a repository's webhook says of deployments, of pushes to
// the default branch and of workflows that ran on it. All of these are changes;
// other events, and the ping of a new webhook, are none.
func GitHub(in Input) (Parsed, error) {
	in.Body = formPayload(in)
	return single(in, changes(func(o object) (engine.Change, bool, error) {
		c, ok := githubChange(o, in.Header)
		return c, ok && o.failed() == nil, o.failed()
	}))
}

// formPayload is the JSON of a webhook that was set to send forms.
func formPayload(in Input) []byte {
	kind, _, _ := mime.ParseMediaType(in.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" || bytes.HasPrefix(bytes.TrimSpace(in.Body), []byte("{")) {
		return in.Body
	}
	form, err := url.ParseQuery(string(in.Body))
	if err != nil {
		return in.Body
	}
	return []byte(form.Get("payload"))
}

func githubChange(o object, h http.Header) (engine.Change, bool) {
	event := h.Get("X-Github-Event")
	if event == "" { // replayed without headers
		for _, name := range []string{"deployment_status", "deployment", "workflow_run", "commits"} {
			if event = name; o.has(name) {
				break
			}
		}
	}
	repository := o.child("repository")
	c := engine.Change{Service: repository.text("name"), Actor: o.child("sender").text("login")}
	ok := false
	switch event {
	case "deployment", "deployment_status":
		ok = githubDeployment(&c, o)
	case "workflow_run":
		ok = githubWorkflow(&c, o, repository.text("default_branch"))
	case "push", "commits":
		ok = githubPush(&c, o, repository)
	}
	if ok && c.Service == "" {
		repository.bad("name", "missing; a change is something done to a service")
	}
	return c, ok
}

// githubDeployment reads a deployment and each of its states, which are one
// change. One that is inactive was replaced by another, which comes by itself.
func githubDeployment(c *engine.Change, o object) bool {
	d, s := o.child("deployment"), o.child("deployment_status")
	state := s.text("state")
	if slices.Contains([]string{"inactive", "pending", "queued", "waiting"}, state) {
		return false
	}
	c.ID = "deployment " + cmp.Or(d.id("id"), d.id("sha"))
	c.Kind, c.Ref = "deploy", d.text("sha", "ref")
	c.Environment = cmp.Or(s.text("environment"), d.text("environment"))
	payload, _ := d.m["payload"].(map[string]any) // an object, a text, which is what it is where none is given, or a list
	c.Service = cmp.Or(object{m: payload}.looseText("service"), c.Service)
	c.Actor = cmp.Or(d.child("creator").text("login"), c.Actor)
	c.Title = strings.TrimSpace("deploy " + c.Service + " to " + cmp.Or(c.Environment, "production") + " " + outcomeWord(state))
	if text := cmp.Or(s.text("description"), d.text("description")); text != "" {
		c.Title += ": " + firstLine(text)
	}
	c.URL = cmp.Or(s.text("log_url"), s.text("target_url"), s.text("environment_url"), o.child("repository").text("html_url"))
	c.At = s.time("created_at")
	if c.At.IsZero() {
		c.At = d.time("created_at")
	}
	return true
}

func githubWorkflow(c *engine.Change, o object, branch string) bool {
	run := o.child("workflow_run")
	conclusion := run.text("conclusion")
	if run.text("status") != "completed" || run.text("head_branch") != branch ||
		slices.Contains([]string{"skipped", "neutral", "stale", "action_required"}, conclusion) {
		return false
	}
	c.ID = fmt.Sprintf("workflow_run %s.%d", run.id("id"), run.count("run_attempt"))
	c.Kind, c.Ref, c.URL, c.At = "build", run.text("head_sha"), run.text("html_url"), run.time("updated_at")
	c.Title = strings.TrimSpace(run.text("name") + " " + outcomeWord(conclusion))
	if text := run.text("display_title"); text != "" {
		c.Title += ": " + text
	}
	c.Actor = cmp.Or(run.child("actor").text("login"), c.Actor)
	return true
}

func githubPush(c *engine.Change, o, repository object) bool {
	branch := cmp.Or(repository.text("default_branch"), repository.text("master_branch"))
	if branch == "" || o.text("ref") != "refs/heads/"+branch || o.flag("deleted") {
		return false
	}
	head := o.child("head_commit")
	c.Kind, c.Ref, c.URL = "push", o.text("after"), o.text("compare")
	c.ID = "push " + c.Service + " " + c.Ref // a mirror has the same commits
	c.Title = cmp.Or(firstLine(head.text("message")), "push to "+branch)
	c.Actor = cmp.Or(o.child("pusher").text("name"), c.Actor)
	// A commit may be old when it is pushed.
	if c.At = repository.time("pushed_at"); c.At.IsZero() {
		c.At = head.time("timestamp")
	}
	return true
}

// outcomeWord is how a run ended, as it is said of it.
func outcomeWord(state string) string {
	switch strings.ToLower(state) {
	case "success", "successful":
		return "succeeded"
	case "failure", "failed", "error", "timed_out", "startup_failure":
		return "failed"
	case "in_progress", "running":
		return "began"
	case "cancelled", "canceled":
		return "was cancelled"
	}
	return strings.ReplaceAll(state, "_", " ")
}
