package slackfake

func (s *Slack) viewsOpen(r *request) (reply, error) {
	v, err := s.modal(r)
	if err != nil {
		return nil, err
	}
	v.Root = v.ID
	// A person looks at one modal at a time: a new one takes its place.
	delete(s.st.surfaces.stacks, v.User)
	s.st.surfaces.push(v)
	s.noteView(v, r.call.Method)
	return reply{"view": s.viewJSON(v, nil)}, nil
}

func (s *Slack) viewsPush(r *request) (reply, error) {
	v, err := s.modal(r)
	if err != nil {
		return nil, err
	}
	stack := s.st.surfaces.stacks[v.User]
	switch {
	case len(stack) == 0:
		return nil, apiError{Code: "not_found"}
	case len(stack) >= maxStack:
		return nil, apiError{Code: "push_limit_reached"}
	}
	s.stack(v)
	s.noteView(v, r.call.Method)
	return reply{"view": s.viewJSON(v, nil)}, nil
}

// stack puts a modal on top of those that its person has open.
func (s *Slack) stack(v *View) {
	stack := s.st.surfaces.stacks[v.User]
	v.Root = v.ID
	if len(stack) > 0 {
		v.Root, v.Previous = stack[0].ID, stack[len(stack)-1].ID
	}
	s.st.surfaces.push(v)
}

// modal builds the view of views.open and views.push, and uses the trigger up.
func (s *Slack) modal(r *request) (*View, error) {
	t, err := s.redeem(r.args["trigger_id"])
	if err != nil {
		return nil, err
	}
	v, err := s.newView([]byte(r.args["view"]), t.user)
	if err != nil {
		return nil, err
	}
	if v.Type != "modal" {
		return nil, invalid("invalid_arguments", []Problem{{"/view/type", "unsupported type: " + v.Type}})
	}
	if v.ExternalID != "" && s.st.surfaces.find("", v.ExternalID) != nil {
		return nil, apiError{Code: "duplicate_external_id"}
	}
	t.used = true
	return v, nil
}

func (s *Slack) viewsUpdate(r *request) (reply, error) {
	old := s.st.surfaces.find(r.args["view_id"], r.args["external_id"])
	if old == nil {
		return nil, apiError{Code: "not_found"}
	}
	if h := r.args["hash"]; h != "" && h != old.Hash {
		return nil, apiError{Code: "hash_conflict"}
	}
	v, err := s.newView([]byte(r.args["view"]), old.User)
	if err != nil {
		return nil, err
	}
	s.replaceView(old, v)
	s.noteView(v, r.call.Method)
	return reply{"view": s.viewJSON(v, nil)}, nil
}

// replaceView shows v in the place of another view, which lends it its id.
func (s *Slack) replaceView(old, v *View) {
	v.ID, v.Root, v.Previous = old.ID, old.Root, old.Previous
	s.st.surfaces.put(v)
}

func (s *Slack) viewsPublish(r *request) (reply, error) {
	user := r.args["user_id"]
	if u, ok := s.st.work.users[user]; !ok || u.Bot {
		return nil, invalid("invalid_arguments", []Problem{{"/user_id", "user not found"}})
	}
	old := s.st.surfaces.homes[user]
	if h := r.args["hash"]; h != "" && (old == nil || h != old.Hash) {
		return nil, apiError{Code: "hash_conflict"}
	}
	v, err := s.newView([]byte(r.args["view"]), user)
	if err != nil {
		return nil, err
	}
	if v.Type != "home" {
		return nil, invalid("invalid_arguments", []Problem{{"/view/type", "unsupported type: " + v.Type}})
	}
	if old != nil {
		v.ID = old.ID
	}
	v.Root = v.ID
	s.st.surfaces.homes[user] = v
	s.noteView(v, r.call.Method)
	return reply{"view": s.viewJSON(v, nil)}, nil
}
