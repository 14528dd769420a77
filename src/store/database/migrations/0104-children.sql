-- With a row go those that belong to it: each of these columns is looked up for every row that is deleted above it.
create index checks_task on checks (task_id);
create index checks_attempt on checks (attempt_id);
create index messages_agent on messages (agent_id);
create index permissions_task on permissions (task_id);
create index permissions_attempt on permissions (attempt_id);
create index permissions_agent on permissions (agent_id);
create index questions_task on questions (task_id);
create index questions_agent on questions (agent_id);
