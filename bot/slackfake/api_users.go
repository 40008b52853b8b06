package slackfake

func (s *Slack) userInfo(r *request) (reply, error) {
	u, ok := s.st.work.users[r.args["user"]]
	if !ok {
		return nil, apiError{Code: "user_not_found"}
	}
	return reply{"user": s.userJSON(u)}, nil
}

func (s *Slack) userList(r *request) (reply, error) {
	var list []map[string]any
	for _, id := range s.st.work.userOrder {
		list = append(list, s.userJSON(s.st.work.users[id]))
	}
	return paged("members", list, r.args, r.args.limit(1000, 1000))
}

func (s *Slack) groupList(r *request) (reply, error) {
	list := []map[string]any{}
	for _, g := range s.st.work.groups {
		out := map[string]any{
			"id": g.ID, "team_id": teamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"description": "", "is_external": false, "date_create": 0, "date_update": 0, "date_delete": 0,
		}
		if r.args.yes("include_users") {
			out["users"] = g.Users
		}
		if r.args.yes("include_count") {
			out["user_count"] = len(g.Users)
		}
		list = append(list, out)
	}
	return reply{"usergroups": list}, nil
}

func (s *Slack) groupUsers(r *request) (reply, error) {
	for _, g := range s.st.work.groups {
		if g.ID == r.args["usergroup"] {
			return reply{"users": append([]string{}, g.Users...)}, nil
		}
	}
	return nil, apiError{Code: "no_such_subteam"}
}
