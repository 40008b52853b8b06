package source

import (
	"cmp"
	"slices"
	"strings"

	"ragoffire/engine"
)

// GitLab reads what a project's webhook says of deployments, of pushes to the
// default branch and of pipelines that ran on it. All of these are changes;
// other events are none.
func GitLab(in Input) (Parsed, error) {
	return single(in, changes(func(o object) (engine.Change, bool, error) {
		kind := o.text("object_kind", "event_name")
		if kind == "" {
			o.bad("object_kind", "missing; is this a GitLab webhook?")
		}
		project := o.child("project")
		c := engine.Change{
			Service: cmp.Or(lastPart(project.text("path_with_namespace")), project.text("name")),
			Actor:   cmp.Or(o.child("user").text("username", "name"), o.text("user_username", "user_name")),
		}
		ok := false
		switch kind {
		case "deployment":
			ok = gitlabDeployment(&c, o)
		case "pipeline":
			ok = gitlabPipeline(&c, o, project)
		case "push":
			ok = gitlabPush(&c, o, project)
		}
		if ok && c.Service == "" {
			project.bad("path_with_namespace", "missing; a change is something done to a service")
		}
		return c, ok && o.failed() == nil, o.failed()
	}))
}

func gitlabDeployment(c *engine.Change, o object) bool {
	status := o.text("status")
	if !slices.Contains([]string{"running", "success", "failed", "canceled"}, status) {
		return false
	}
	c.ID = "deployment " + o.id("deployment_id", "deployable_id")
	c.Kind, c.Environment, c.Ref = "deploy", o.text("environment"), o.text("short_sha", "ref")
	c.URL, c.At = o.text("deployable_url", "commit_url"), o.time("status_changed_at")
	c.Title = strings.TrimSpace("deploy " + c.Service + " to " + cmp.Or(c.Environment, "production") + " " + outcomeWord(status))
	if text := firstLine(o.text("commit_title")); text != "" {
		c.Title += ": " + text
	}
	return true
}

func gitlabPipeline(c *engine.Change, o, project object) bool {
	p := o.child("object_attributes")
	status := p.text("status")
	if p.text("ref") != project.text("default_branch") || !slices.Contains([]string{"success", "failed", "canceled"}, status) {
		return false
	}
	c.ID = "pipeline " + p.id("id")
	c.Kind, c.Ref, c.At = "build", p.text("sha"), p.time("finished_at", "created_at")
	c.URL = p.text("url")
	if id := p.id("id"); c.URL == "" && id != "" {
		c.URL = project.text("web_url") + "/-/pipelines/" + id
	}
	c.Title = strings.TrimSpace(cmp.Or(p.text("name"), "pipeline") + " " + outcomeWord(status))
	if text := firstLine(o.child("commit").text("message")); text != "" {
		c.Title += ": " + text
	}
	return true
}

// gitlabPush reads a push, which has no time of its own but when it came: its
// commits may be old.
func gitlabPush(c *engine.Change, o, project object) bool {
	branch := project.text("default_branch")
	// After a branch is deleted, nothing is checked out.
	if branch == "" || o.text("ref") != "refs/heads/"+branch || o.text("checkout_sha") == "" {
		return false
	}
	c.Kind, c.Ref = "push", o.text("checkout_sha")
	c.ID = "push " + c.Service + " " + c.Ref // a mirror has the same commits
	c.Title, c.URL = "push to "+branch, project.text("web_url")
	if commits := o.children("commits"); len(commits) > 0 {
		last := commits[len(commits)-1]
		c.Title = cmp.Or(firstLine(last.text("message")), c.Title)
		c.URL = cmp.Or(last.text("url"), c.URL)
	}
	return true
}
