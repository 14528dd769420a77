-- Why a check proves nothing although it passed, and why a job is not more than partly proven or unproven.
alter table checks add column not_counted text;
alter table jobs add column proof_reason text;
