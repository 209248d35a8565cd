-- The world of the test of rights. '#7' stands for the id with number 7. A text §class/id§ is a
-- marker: whoever reads it reads that class of that row. §!class/id§ marks what a masked sight hides.

INSERT INTO regions (code, name, name_key, parent_code) VALUES
  ('320000', '江苏省', 'x', NULL), ('320600', '南通市', 'x', '320000'), ('320612', '通州区', 'x', '320600'),
  ('440000', '广东省', 'x', NULL), ('440300', '深圳市', 'x', '440000'), ('440305', '南山区', 'x', '440300');
INSERT INTO regions (code, name, name_key, parent_code, until_year, successor_code) VALUES
  ('320683', '通州市', 'x', '320600', 2009, '320612');
INSERT INTO industries (scheme, code, name, level, parent_code) VALUES
  ('gbt4754_2017', 'C', '制造业', 1, NULL), ('gbt4754_2017', 'C17', '纺织业', 2, 'C');
INSERT INTO zones (id, name, name_key, aliases, is_example, version) VALUES
  ('#1', '南通高新区', 'x', '[]', true, 1), ('#2', '前海', 'x', '["前海合作区"]', true, 1);
INSERT INTO zone_regions (zone_id, region_code) VALUES ('#1', '320612'), ('#2', '440305');

INSERT INTO enterprises (id, external_id, name, name_key, pinyin_key, short_name, ownership, parent_id, region_code, zone_id, industry_scheme, industry_code, tiers, is_lead_firm, is_flagship, is_example, version) VALUES
  ('#3',  'E3',  '通州国资集团', 'x', 'x', NULL,   'municipal_soe', NULL, '320612', NULL, NULL, NULL, '[]', false, false, true, 1),
  ('#1',  'E1',  '家纺一厂',     'x', 'x', '一厂', 'private_firm',  '#3', '320612', NULL, 'gbt4754_2017', 'C17', '["little_giant"]', true, false, true, 1),
  ('#2',  'E2',  '染整二厂',     'x', 'x', NULL,   'private_firm',  NULL, NULL,     '#1', NULL, NULL, '[]', false, true,  true, 1),
  ('#4',  'E4',  '能源央企',     'x', 'x', NULL,   'central_soe',   NULL, '440305', NULL, NULL, NULL, '[]', true,  false, true, 1),
  ('#8',  'E8',  '芯片八厂',     'x', 'x', NULL,   'private_firm',  NULL, '440305', NULL, NULL, NULL, '[]', false, false, true, 1),
  ('#9',  'E9',  '两链九厂',     'x', 'x', NULL,   'private_firm',  NULL, NULL,     '#2', NULL, NULL, '[]', false, false, true, 1),
  ('#11', 'E11', '深圳资本集团', 'x', 'x', NULL,   'municipal_soe', NULL, '440305', NULL, NULL, NULL, '[]', false, false, true, 1),
  ('#10', 'E10', '深圳十厂',     'x', 'x', NULL,   'municipal_soe', '#11', NULL,    NULL, NULL, NULL, '[]', false, false, true, 1);
INSERT INTO enterprise_aliases (enterprise_id, alias, alias_key, pinyin_key) VALUES ('#1', '一厂老号', 'x', 'x');
INSERT INTO organisations (id, external_id, name, name_key, kind, region_code, services, is_example, version) VALUES
  ('#7', 'U7', '通州商务局', 'x', 'department', '320612', '外贸', true, 1),
  ('#12', 'U12', '示例银行', 'x', 'bank', NULL, '授信', true, 1),
  ('#13', 'U13', '示例研究院', 'x', 'institute', '440305', '检测', true, 1),
  ('#14', 'U14', '示例商会', 'x', 'chamber', NULL, '会展', true, 1);
INSERT INTO party_organisations (id, external_id, name, level, parent_id, enterprise_id, organisation_id, version) VALUES
  ('#1', 'P1', '商务局党委', 'committee', NULL, NULL, '#7', 1), ('#2', 'P2', '一厂党支部', 'branch', '#1', '#1', NULL, 1);

INSERT INTO products (id, external_id, name, name_key, version) VALUES
  ('#1', 'D1', '坯布', 'x', 1), ('#2', 'D2', '成衣', 'x', 1), ('#3', 'D3', '芯片', 'x', 1);
INSERT INTO product_edges (from_id, to_id, kind) VALUES ('#1', '#2', 'material_of');
INSERT INTO enterprise_products (enterprise_id, product_id, role, share_basis_points) VALUES
  ('#1', '#1', 'makes', 2500), ('#2', '#2', 'makes', NULL), ('#4', '#3', 'makes', NULL), ('#8', '#3', 'uses', NULL);

INSERT INTO industrial_chains (id, external_id, name, name_key, tags, is_example, version) VALUES
  ('#1', 'C1', '家纺产业链', 'x', '[]', true, 1), ('#2', 'C2', '集成电路产业链', 'x', '["20+8"]', true, 1), ('#3', 'C3', '空链', 'x', '[]', true, 1);
INSERT INTO chain_segments (id, chain_id, name, reach, position) VALUES
  ('#1', '#1', '织造', 'upstream', 1), ('#2', '#2', '封测', 'downstream', 1), ('#3', '#2', '空环节', 'midstream', 2);
INSERT INTO segment_products (segment_id, product_id) VALUES ('#1', '#1');
INSERT INTO placements (enterprise_id, segment_id, is_confirmed) VALUES
  ('#1', '#1', true), ('#2', '#1', true), ('#9', '#1', true), ('#4', '#2', true), ('#8', '#2', true), ('#9', '#2', true);
INSERT INTO chain_committees (id, external_id, name, name_key, chain_id, form, region_code, is_example, version) VALUES
  ('#5', 'K5', '家纺产业链党委', 'x', '#1', 'joint', '320612', true, 1), ('#6', 'K6', '集成电路产业链党委', 'x', '#2', 'cluster', '440305', true, 1),
  ('#15', 'K15', '空党委', 'x', '#3', 'joint', NULL, true, 1);
INSERT INTO seats (id, committee_id, kind, enterprise_id, organisation_id) VALUES
  ('#1', '#5', 'department', NULL, '#7'), ('#2', '#5', 'leading_enterprise', '#1', NULL), ('#3', '#6', 'bank', NULL, '#12');
INSERT INTO alliances (id, external_id, name, name_key, committee_id, lead_id, is_example, version) VALUES
  ('#1', 'A1', '家纺联盟', 'x', '#5', '#1', true, 1), ('#2', 'A2', '芯片联盟', 'x', '#6', NULL, true, 1);
INSERT INTO alliance_segments (alliance_id, segment_id) VALUES ('#1', '#1'), ('#2', '#2');
INSERT INTO alliance_enterprises (alliance_id, enterprise_id) VALUES ('#1', '#2'), ('#1', '#3'), ('#2', '#4');
INSERT INTO alliance_organisations (alliance_id, organisation_id) VALUES ('#1', '#12'), ('#2', '#13');
INSERT INTO venues (id, name, name_key, address, region_code, zone_id, capacity, tables, is_example, version) VALUES
  ('#1', '通州会展中心', 'x', '一号路', '320612', NULL, 300, 20, true, 1), ('#2', '前海厅', 'x', NULL, NULL, '#2', NULL, 5, true, 1);

-- 1: in progress at unit 7, sent back before. 2: published. 3: answered by 13. 4: a draft. 5: shared
-- enterprise's, matching. 6: of a group's subsidiary, matching with an offer. 7: submitted.
INSERT INTO needs (id, enterprise_id, committee_id, handler_id, kind, title, title_key, public_summary, body, stage, is_published, is_proxy, region_code, dispatched_at, due_at, send_backs, send_back_kind, send_back_reason, proposed_handler_id, adjudication, exclusion, suspended_until, answer, rating, reopens, created_at, version) VALUES
  ('#1', '#1', '#5', '#7',  'talent',  '§need_summary/need:#1§', 'x', '§need_summary/need:#1§', '§need_body/need:#1§', 'in_progress', false, false, '320612', '2026-03-01T01:00:00+00:00', '2026-03-09T10:00:00+00:00', 1, 'not_responsible', '§need_notes/need:#1§', '#13', '§need_notes/need:#1§', NULL, NULL, NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 3),
  ('#2', '#2', '#5', NULL,  'market',  '§need_summary/need:#2§', 'x', '§need_summary/need:#2§', '§need_body/need:#2§', 'matching',    true,  true,  NULL,     NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 2),
  ('#3', '#4', '#6', '#13', 'policy',  '§need_summary/need:#3§', 'x', '§need_summary/need:#3§', '§need_body/need:#3§', 'rated',       false, false, '440305', '2026-02-21T01:00:00+00:00', '2026-02-25T10:00:00+00:00', 1, 'not_responsible', '§need_notes/need:#3§', '#7', NULL, NULL, NULL, '§need_body/need:#3§', 4, 0, '2026-02-20T01:00:00+00:00', 5),
  ('#4', '#1', '#5', NULL,  'space',   '§need_summary/need:#4§', 'x', '', '§need_body/need:#4§', 'draft',       false, false, '320612', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 1),
  ('#5', '#9', '#6', NULL,  'tech_breakthrough', '§need_summary/need:#5§', 'x', '§need_summary/need:#5§', '§need_body/need:#5§', 'matching', false, false, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 2),
  ('#6', '#10', '#5', NULL, 'finance', '§need_summary/need:#6§', 'x', '§need_summary/need:#6§', '§need_body/need:#6§', 'matching', false, false, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, '2026-04-01', NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 2),
  ('#7', '#8', '#6', NULL,  'other',   '§need_summary/need:#7§', 'x', '', '§need_body/need:#7§', 'excluded', false, true, '440305', NULL, NULL, 0, NULL, NULL, NULL, NULL, 'petition', NULL, NULL, NULL, 0, '2026-02-20T01:00:00+00:00', 2);

INSERT INTO need_calls (need_id, organisation_id, reason, called_at, check_in_by) VALUES
  ('#1', '#13', '§need_body/need:#1§', '2026-03-01T02:00:00+00:00', '2026-03-02T02:00:00+00:00');
INSERT INTO need_notes (id, need_id, at, role, organisation_id, text, is_internal) VALUES
  ('#1', '#1', '2026-03-01T02:00:00+00:00', 'department_handler', '#7', '§need_notes/need:#1§', true),
  ('#2', '#1', '2026-03-01T03:00:00+00:00', 'department_handler', '#7', '§need_body/need:#1§', false);
-- Of need 2 sealed, of need 5 over.
INSERT INTO biddings (need_id, criteria, opened_at, bids_until, stage, awarded_id, reason, version) VALUES
  ('#2', '[["价格",10000]]', '2026-02-21T01:00:00+00:00', '2026-03-30T01:00:00+00:00', 'open', NULL, NULL, 1),
  ('#5', '[["价格",10000]]', '2026-02-21T01:00:00+00:00', '2026-03-01T01:00:00+00:00', 'open', NULL, NULL, 1);
INSERT INTO bids (id, need_id, enterprise_id, organisation_id, text, written_at, points, version) VALUES
  ('#1', '#2', '#9', NULL, '§bid/bid:#1§', '2026-02-22T01:00:00+00:00', '[]', 1),
  ('#2', '#2', NULL, '#12', '§bid/bid:#2§', '2026-02-22T01:00:00+00:00', '[]', 1),
  ('#3', '#5', '#2', NULL, '§bid/bid:#3§', '2026-02-22T01:00:00+00:00', '[["§bid/bid:#3§",80]]', 1);

INSERT INTO offers (id, enterprise_id, organisation_id, kind, title, title_key, body, capacity, capacity_left, unit, valid_until, is_published, version) VALUES
  ('#1', '#2', NULL,  'product', '§offer/offer:#1§', 'x', '§offer/offer:#1§', 10, 5, '套', '2026-12-31', true,  1),
  ('#2', '#2', NULL,  'service', '§offer/offer:#2§', 'x', '§offer/offer:#2§', NULL, NULL, NULL, NULL, false, 1),
  ('#3', NULL, '#12', 'finance', '§offer/offer:#3§', 'x', '§offer/offer:#3§', NULL, NULL, NULL, NULL, true,  1),
  ('#4', NULL, '#12', 'finance', '§offer/offer:#4§', 'x', '§offer/offer:#4§', 100, 100, '万元', NULL, false, 1),
  ('#5', '#8', NULL,  'space',   '§offer/offer:#5§', 'x', '§offer/offer:#5§', NULL, NULL, NULL, NULL, false, 1),
  ('#6', NULL, '#14', 'other',   '§offer/offer:#6§', 'x', '§offer/offer:#6§', NULL, NULL, NULL, NULL, false, 1);

-- 3 links two chains and follows from no product.
INSERT INTO supply_edges (id, supplier_id, buyer_id, product_id, source, confidence_basis_points, valid_from, is_disputed) VALUES
  ('#1', '#1', '#2', '#1', '§supply_edge/supply_edge:#1§', 9000, '2025-01-01', false),
  ('#2', '#4', '#8', '#3', '§supply_edge/supply_edge:#2§', 8000, NULL, false),
  ('#3', '#1', '#4', NULL, '§supply_edge/supply_edge:#3§', 7000, NULL, false),
  ('#4', '#10', '#11', NULL, '§supply_edge/supply_edge:#4§', 6000, NULL, true);

INSERT INTO projects (id, external_id, name, name_key, summary, domain, owner_enterprise, region_code, amount_fen, stage, is_published, is_example, version) VALUES
  ('#1', 'J1', '§project/project:#1§', 'x', '§project/project:#1§', '能源', '#1', '320612', 100000000001, 'planned', false, true, 1),
  ('#2', 'J2', '§project/project:#2§', 'x', '§project/project:#2§', '能源', '#8', '440305', 100000000002, 'signed',  true,  true, 1),
  ('#3', 'J3', '§project/project:#3§', 'x', '§project/project:#3§', '能源', NULL, NULL,     100000000003, 'planned', false, true, 1);

-- Ledgers: what hangs on a project is read by whoever reads its amount.
INSERT INTO project_labels (project_id, label) VALUES ('#1', '重点'), ('#2', '重点'), ('#3', '重点');
INSERT INTO project_days (project_id, number, milestone, kind, on_date, recorded_at, recorded_by) VALUES
  ('#1', 1, 'started', 'planned', '2025-11-01', '2026-01-05T01:00:00+00:00', '§!project/project:#1§'),
  ('#2', 1, 'signed',  'actual',  '2025-12-01', '2026-01-05T01:00:00+00:00', '§!project/project:#2§');
INSERT INTO project_months (project_id, month, planned_fen, paid_fen) VALUES
  ('#1', '2026-01-01', 300000000001, 200000000001), ('#2', '2026-01-01', 300000000002, 200000000002);
INSERT INTO project_team (project_id, number, role, group_code, organisation_id, person, title, from_on, until_on) VALUES
  ('#1', 1, 'lead', 'COORDINATION', '#7', '§!project/project:#1§', '', '2026-01-01', NULL),
  ('#2', 1, 'department', NULL, '#13', '§!project/project:#2§', '', '2026-01-01', NULL);
INSERT INTO project_blockers (project_id, number, kind, text, opened_on, solved_on, solution) VALUES
  ('#1', 1, 'land', '§!project/project:#1§', '2026-02-01', NULL, ''), ('#2', 1, 'funds', '§!project/project:#2§', '2026-02-01', NULL, '');
INSERT INTO project_updates (project_id, number, on_date, note, public_note, next_step, written_at, written_by) VALUES
  ('#1', 1, '2026-02-20', '§!project/project:#1§', '', '', '2026-02-20T01:00:00+00:00', ''), ('#2', 1, '2026-02-20', '§!project/project:#2§', '', '', '2026-02-20T01:00:00+00:00', '');
INSERT INTO project_codes (project_id, code, made_at) VALUES
  ('#1', '§!project/project:#1§', '2026-02-20T01:00:00+00:00'), ('#2', '§!project/project:#2§', '2026-02-20T01:00:00+00:00');

INSERT INTO suggestions (id, kind, need_id, offer_id, project_id, committee_id, enterprise_a, enterprise_b, organisation_b, pair_key, points, reasons, reasons_b, fusion, stage, is_shown, decline_reason_a, decline_note_a, decline_reason_b, decline_note_b, weights_version, version) VALUES
  ('#1', 'enterprise', '#5', NULL, NULL, '#6', '#9',  '#2', NULL,  'g1', 5834, '[{"criterion":"text","points":7001,"zh":"§gain_of_a/suggestion:#1§","en":"§gain_of_a/suggestion:#1§"}]', '[{"criterion":"text","points":5001,"zh":"§gain_of_b/suggestion:#1§","en":"§gain_of_b/suggestion:#1§"}]', 'harmonic', 'shown',    true,  NULL, NULL, NULL, NULL, 2, 2),
  ('#2', 'offer',      '#6', '#4', NULL, '#5', '#10', NULL, '#12', 'g2', 5835, '[{"criterion":"text","points":7002,"zh":"§gain_of_a/suggestion:#2§","en":"§gain_of_a/suggestion:#2§"}]', '[{"criterion":"text","points":5002,"zh":"§gain_of_b/suggestion:#2§","en":"§gain_of_b/suggestion:#2§"}]', 'harmonic', 'declined', true,  NULL, NULL, 'trust', '§!decline_reason/suggestion:#2§', 2, 3),
  ('#3', 'enterprise', '#2', NULL, NULL, '#5', '#2',  '#4', NULL,  'g3', 7003, '[{"criterion":"text","points":7003,"zh":"§!suggestion/suggestion:#3§","en":"§!suggestion/suggestion:#3§"}]', '[]', 'one_sided', 'declined', true,  'competitor', '§!decline_reason/suggestion:#3§', NULL, NULL, 1, 3),
  ('#4', 'enterprise', '#1', NULL, NULL, '#5', '#1',  '#8', NULL,  'g4', 7004, '[{"criterion":"text","points":7004,"zh":"§!suggestion/suggestion:#4§","en":"§!suggestion/suggestion:#4§"}]', '[]', 'one_sided', 'proposed', false, NULL, NULL, NULL, NULL, 1, 1),
  ('#5', 'task',       NULL, NULL, '#3', NULL, '#3',  '#4', NULL,  'g5', 7005, '[{"criterion":"text","points":7005,"zh":"§!suggestion/suggestion:#5§","en":"§!suggestion/suggestion:#5§"}]', '[]', 'one_sided', 'shown',    true,  NULL, NULL, NULL, NULL, 1, 2),
  ('#6', 'enterprise', '#2', NULL, NULL, '#5', '#2',  '#9', NULL,  'g6', 5839, '[{"criterion":"text","points":7006,"zh":"§gain_of_a/suggestion:#6§","en":"§gain_of_a/suggestion:#6§"}]', '[{"criterion":"text","points":5006,"zh":"§gain_of_b/suggestion:#6§","en":"§gain_of_b/suggestion:#6§"}]', 'harmonic', 'mutual',   true,  NULL, NULL, NULL, NULL, 2, 4),
  ('#7', 'offer',      '#6', '#6', NULL, '#5', '#10', NULL, '#14', 'g7', 7007, '[{"criterion":"text","points":7007,"zh":"§!suggestion/suggestion:#7§","en":"§!suggestion/suggestion:#7§"}]', '[]', 'one_sided', 'shown',    true,  NULL, NULL, NULL, NULL, 1, 2);
INSERT INTO supervisions (id, need_id, reason, is_listed, opened_at, listed_at, lifted_at, lift_reason, version) VALUES
  ('#1', '#1', '§need_notes/need:#1§', false, '2026-03-01T03:00:00+00:00', NULL, '2026-03-02T03:00:00+00:00', '§need_notes/need:#1§', 2),
  ('#2', '#1', '§need_notes/need:#1§', true, '2026-03-03T03:00:00+00:00', '2026-03-03T03:00:00+00:00', NULL, NULL, 1);
INSERT INTO contacts (id, enterprise_id, organisation_id, name, title, phone, email, note, version) VALUES
  ('#1', '#1', NULL,  '李§!contact/contact:#1§', '经理', '§!contact/contact:#1§', 'l§!contact/contact:#1§@example.cn', '§!contact/contact:#1§', 1),
  ('#2', '#2', NULL,  '王§!contact/contact:#2§',   '',     '§!contact/contact:#2§', '',              '§!contact/contact:#2§', 1),
  ('#3', NULL, '#12', '赵§!contact/contact:#3§',   '行长', '§!contact/contact:#3§', '',              '§!contact/contact:#3§', 1),
  ('#4', '#8', NULL,  '陈§!contact/contact:#4§',   '',     '§!contact/contact:#4§', '',              '§!contact/contact:#4§', 1);
INSERT INTO avoids (owner_enterprise, other_enterprise, at) VALUES
  ('#1', '#8', '2026-02-20T01:00:00+00:00'), ('#4', '#9', '2026-02-20T01:00:00+00:00');
INSERT INTO pairings (id, suggestion_id, committee_id, kind, enterprise_a, organisation_a, enterprise_b, organisation_b, stage, from_on, until_on, version) VALUES
  ('#1', '#6', '#5', 'bank_enterprise', NULL, '#12', '#1', NULL, 'active', '2026-02-01', '2026-12-31', 1),
  ('#2', NULL, '#6', 'enterprise_enterprise', '#4', NULL, '#8', NULL, 'active', '2026-02-01', NULL, 1),
  ('#3', '#2', NULL, 'organ_enterprise', NULL, '#7', '#10', NULL, 'ended', '2026-01-01', '2026-02-01', 2);
INSERT INTO cooperation_tasks (id, project_id, suggestion_id, owner_id, counterpart_id, domain, due_on, stage, score_points, reasons, version) VALUES
  ('#1', '#1', NULL, '#3', '#4', '§task/task:#1§', '2026-02-28', 'open',   8001, '[{"criterion":"text","points":8001,"zh":"§!task/task:#1§","en":"§!task/task:#1§"}]', 1),
  ('#2', '#2', NULL, '#8', '#9', '§task/task:#2§', NULL,         'intent', 8002, '[{"criterion":"text","points":8002,"zh":"§!task/task:#2§","en":"§!task/task:#2§"}]', 1);

-- 1: two published versions and a meeting added since. 2: not published.
INSERT INTO docking_events (id, title, committee_id, venue_id, held_on, stage, fairness, breaks, published, is_example, version) VALUES
  ('#1', '§event_card/event:#1§', '#5', '#1', '2026-03-20', 'scheduling', 2, 3, 2, true, 9),
  ('#2', '§event_card/event:#2§', '#6', '#2', '2026-03-21', 'scheduling', 2, 4, NULL, true, 4);
INSERT INTO event_hosts (event_id, position, region_code, zone_id) VALUES
  ('#1', 0, '320612', NULL), ('#1', 1, NULL, '#1'), ('#2', 0, '440305', NULL);
INSERT INTO event_slots (event_id, number, half_day, starts_at, minutes) VALUES
  ('#1', 1, 'morning', '2026-03-20T01:00:00+00:00', 20), ('#1', 2, 'morning', '2026-03-20T01:20:00+00:00', 20),
  ('#2', 1, 'afternoon', '2026-03-21T06:00:00+00:00', 30);
INSERT INTO event_tables (event_id, number, label) VALUES ('#1', 1, '一桌'), ('#1', 2, '二桌'), ('#2', 1, '甲桌');
INSERT INTO sessions (id, event_id, position, title, room, starts_at, ends_at) VALUES
  ('#1', '#1', 0, '推介会', '一号厅', '2026-03-20T02:30:00+00:00', '2026-03-20T03:30:00+00:00'),
  ('#2', '#2', 0, '闭门会', NULL, '2026-03-21T07:30:00+00:00', '2026-03-21T08:30:00+00:00');
INSERT INTO participants (id, event_id, enterprise_id, organisation_id, unavailable, min_meetings, max_meetings) VALUES
  ('#1', '#1', '#1', NULL, '[2]', 1, 5), ('#2', '#1', '#4', NULL, '[]', NULL, 3), ('#3', '#1', NULL, '#12', '[1]', 1, NULL), ('#4', '#1', '#9', NULL, '[]', 1, 2),
  ('#5', '#2', '#8', NULL, '[]', 1, 1), ('#6', '#2', '#2', NULL, '[]', 1, 1);
INSERT INTO meetings (id, event_id, first_id, second_id, half_day, fixed_slot, slot, table_number, is_locked) VALUES
  ('#1', '#1', '#1', '#2', NULL, NULL, 2, 1, true), ('#2', '#1', '#3', '#4', 'morning', NULL, 1, 2, false), ('#3', '#1', '#1', '#4', NULL, 1, 1, 1, false),
  ('#4', '#2', '#5', '#6', NULL, NULL, 1, 1, false);
INSERT INTO meeting_results (id, meeting_id, reporter, event_id, participant_id, first_came, second_came, next_step, intent, kind, amount_fen, satisfaction, note, recorded_at, version) VALUES
  ('#1', '#1', 'first', '#1', '#1', true, true, 'terms', 'hot', 'order', 100, 5, '§meeting_result/meeting_result:#1§', '2026-03-20T03:00:00+00:00', 1),
  ('#2', '#1', 'second', '#1', '#2', true, true, 'visit', 'warm', NULL, NULL, 3, '§meeting_result/meeting_result:#2§', '2026-03-20T03:00:00+00:00', 1),
  ('#3', '#2', 'organiser', '#1', NULL, true, false, NULL, NULL, NULL, NULL, NULL, '§meeting_result/meeting_result:#3§', '2026-03-20T03:00:00+00:00', 1);
INSERT INTO follow_ups (id, event_id, meeting_id, first_id, second_id, days, due_on, stage, progress, note, answered_by, answered_at, reminded_at, version) VALUES
  ('#1', '#1', '#1', '#1', '#2', 30, '2026-04-19', 'done', 'talking', '§follow_up/follow_up:#1§', 'first', '2026-04-19T03:00:00+00:00', NULL, 2),
  ('#2', '#1', '#2', '#3', '#4', 30, '2026-04-19', 'open', NULL, '§follow_up/follow_up:#2§', NULL, NULL, NULL, 1);
-- 1: comes with a person and a driver. 2: waits. 3: asked to the event that is not published. 4: not sent.
INSERT INTO guest_books (event_id, capacity, quotas, version) VALUES ('#1', NULL, '[["bank",1,1]]', 1);
INSERT INTO guests (id, event_id, enterprise_id, organisation_id, outside_name, kind, stage, why, note, is_proxy, sent_at, reply_by, answered_at, queued_at, named, escorts, plates, diet, version) VALUES
  ('#1', '#1', '#1', NULL, NULL, 'enterprise', 'yes', NULL, '§!guest/guest:#1§', true, '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', '2026-02-21T01:00:00+00:00', NULL, 1, 1, '["§!guest/guest:#1§"]', '§!guest/guest:#1§', 3),
  ('#2', '#1', NULL, '#12', NULL, 'bank', 'waiting', 'kind_full', '§!guest/guest:#2§', false, '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', '2026-02-21T01:00:00+00:00', '2026-02-21T01:00:00+00:00', 0, 0, '[]', '', 3),
  ('#3', '#2', '#10', NULL, NULL, 'enterprise', 'sent', NULL, '', false, '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', NULL, NULL, 0, 0, '[]', '', 2),
  ('#4', '#1', NULL, NULL, '§guest/guest:#4§', 'media', 'draft', NULL, '', false, NULL, NULL, NULL, NULL, 0, 0, '[]', '', 1);
INSERT INTO guest_people (id, guest_id, event_id, name, title, phone, is_head, is_escort, badge, left_at, successor_id) VALUES
  ('#1', '#1', '#1', '李§!guest/guest_person:#1§', '经理', '§!guest/guest_person:#1§', true, false, '§!guest/guest_person:#1§', NULL, NULL),
  ('#2', '#1', '#1', '', '', '', false, true, 'DRIVER2', NULL, NULL);
-- 1: declined, for a reason of who declined. 2: taken back. 3: waits, of an event that takes no more.
INSERT INTO request_rules (event_id, cap, days, version) VALUES ('#2', 3, 7, 1), ('#1', 0, 7, 1);
INSERT INTO meeting_requests (id, event_id, from_enterprise, from_organisation, to_enterprise, to_organisation, message, half_day, priority, stage, sent_at, ends_at, closed_at, reason, meeting_id, version) VALUES
  ('#1', '#2', '#8', NULL, '#2', NULL, '§meeting_request/meeting_request:#1§', NULL, 'must', 'declined', '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', '2026-02-21T01:00:00+00:00', '§!decline_reason/meeting_request:#1§', NULL, 2),
  ('#2', '#2', '#2', NULL, '#8', NULL, '§meeting_request/meeting_request:#2§', 'afternoon', 'want', 'cancelled', '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', '2026-02-21T01:00:00+00:00', '§meeting_request/meeting_request:#2§', NULL, 2),
  ('#3', '#1', NULL, '#12', '#1', NULL, '§meeting_request/meeting_request:#3§', NULL, 'may', 'pending', '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', NULL, '', NULL, 1),
  ('#4', '#1', '#4', NULL, NULL, '#12', '§meeting_request/meeting_request:#4§', NULL, 'may', 'pending', '2026-02-20T01:00:00+00:00', '2026-03-15T01:00:00+00:00', NULL, '', NULL, 1);
INSERT INTO checkpoints (id, event_id, name, is_entrance) VALUES ('#1', '#1', '§event_draft/event:#1§', true), ('#2', '#1', '二号门', true);
INSERT INTO check_ins (event_id, client_id, person_id, checkpoint_id, direction, at, device, is_by_hand) VALUES
  ('#1', 'one', '#1', '#1', 'in', '2026-03-20T01:00:00+00:00', '', false);
INSERT INTO meeting_precedences (event_id, before_id, after_id) VALUES ('#1', '#3', '#1');
INSERT INTO event_versions (event_id, number, published_at, breaks, meetings) VALUES
  ('#1', 1, '2026-02-27T01:00:00+00:00', 5, 1), ('#1', 2, '2026-02-28T01:00:00+00:00', 6, 2);
INSERT INTO event_version_rows (event_id, number, meeting_id, first_id, second_id, slot, table_number, starts_at, minutes) VALUES
  ('#1', 1, '#1', '#1', '#2', 1, 1, '2026-03-20T01:00:00+00:00', 20),
  ('#1', 2, '#1', '#1', '#2', 2, 1, '2026-03-20T01:20:00+00:00', 20),
  ('#1', 2, '#2', '#3', '#4', 1, 2, '2026-03-20T01:00:00+00:00', 20);

INSERT INTO outcomes (id, kind, change, need_id, task_id, pairing_id, project_id, event_id, enterprise_id, amount_fen, number, unit, on_date, terminated_on, note, is_published, version) VALUES
  ('#1', 'contract', NULL, '#1', '#1', '#1', '#1', '#1', '#1', 200000000001, NULL, NULL, '2026-02-25', NULL, '§!outcome/outcome:#1§', false, 1),
  ('#2', 'order',    NULL, NULL, NULL, NULL, NULL, NULL, '#8', 200000000002, NULL, NULL, '2026-02-25', NULL, '§!outcome/outcome:#2§', true,  1),
  ('#3', 'effect',   NULL, NULL, '#2', NULL, '#2', NULL, '#9', NULL, 320003, '套', '2026-02-25', '2026-02-26', '§!outcome/outcome:#3§', false, 1),
  ('#4', 'project', 'signing', NULL, NULL, NULL, '#3', '#2', NULL, 200000000004, 1, NULL, '2026-02-25', NULL, '§!outcome/outcome:#4§', false, 1);
INSERT INTO outcome_shares (outcome_id, from_on, until_on, known_from, known_until, project_id, kind, event_id, unit, number, amount_fen) VALUES
  ('#1', '2026-02-25', NULL,         '2026-02-25', NULL, '#1', 'contract', '#1', NULL, 1,      200000000001),
  ('#2', '2026-02-25', NULL,         '2026-02-25', NULL, NULL, 'order',    NULL, NULL, 1,      200000000002),
  ('#3', '2026-02-25', '2026-02-26', '2026-02-25', NULL, '#2', 'effect',   NULL, '套', 320003, 0),
  ('#4', '2026-02-25', NULL,         '2026-02-25', NULL, '#3', 'project',  '#2', NULL, 1,      200000000004);

INSERT INTO jobs (id, kind, payload, subject, role, body, state, attempts, progress_done, progress_total, error, created_at, changed_at, max_attempts, run_at) VALUES
  ('#1', 'plan_event', '{}', 'one of chain A', 'committee_secretary', 'committee:#5', 'dead', 3, 0, 4, '§job/job:#1§', '2026-02-27T01:00:00+00:00', '2026-02-27T01:00:00+00:00', 3, '2026-02-27T01:00:00+00:00'),
  ('#2', 'suggest_needs', '{}', 'one of chain B', 'committee_secretary', 'committee:#6', 'ready', 0, 0, 0, '§job/job:#2§', '2026-02-27T01:00:00+00:00', '2026-02-27T01:00:00+00:00', 3, '2026-02-27T01:00:00+00:00');

INSERT INTO accounts (id, name, name_key, display_name, created_at, version) VALUES
  ('#1', 'li.ming', 'li.ming', '李明', '2026-02-01T01:00:00+00:00', 1),
  ('#2', 'wang.fang', 'wang.fang', '王芳', '2026-02-01T01:00:00+00:00', 1);
-- Account 1 acts for enterprise 2 or unit 12; the term of account 2 is over.
INSERT INTO grants (id, account_id, role, body, from_on, until_on, is_default, revoked_at, is_administrator) VALUES
  ('#1', '#1', 'enterprise', 'enterprise:#2', '2026-01-01', NULL, true, NULL, false),
  ('#2', '#1', 'department_handler', 'organisation:#12', '2026-01-01', '2026-12-31', false, NULL, false),
  ('#3', '#2', 'committee_secretary', 'committee:#5', '2026-01-01', '2026-02-28', true, NULL, false);
INSERT INTO logins (id, account_id, method, started_at, seen_at, ends_at, ended_at, ended_why, address, agent) VALUES
  ('#1', '#1', 'password', '2026-03-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', '2026-03-09T01:00:00+00:00', NULL, NULL, '§own/login:#1§', '§own/login:#1§'),
  ('#2', '#2', 'oidc',     '2026-03-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', '2026-03-09T01:00:00+00:00', NULL, NULL, '§own/login:#2§', '§own/login:#2§');
INSERT INTO api_tokens (id, account_id, grant_id, label, access, hash, created_at, ends_at, revoked_at, used_at) VALUES
  ('#1', '#1', '#1', '§own/api_token:#1§', 'read_only',  't1', '2026-03-01T01:00:00+00:00', '2026-04-01T01:00:00+00:00', NULL, NULL),
  ('#2', '#2', '#3', '§own/api_token:#2§', 'read_write', 't2', '2026-03-01T01:00:00+00:00', '2026-04-01T01:00:00+00:00', NULL, NULL);
-- Notice 2 tells of what its reader may no longer see; notice 4 of a grant that is over.
INSERT INTO notices (id, account_id, grant_id, kind, thing, title, changes, first_at, last_at, read_at) VALUES
  ('#1', '#1', '#1', 'need_accepted',   'need:#2', '§own/notice:#1§', 2, '2026-03-01T01:00:00+00:00', '2026-03-01T01:05:00+00:00', NULL),
  ('#2', '#1', '#2', 'need_dispatched', 'need:#1', '§own/notice:#2§', 1, '2026-03-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', NULL),
  ('#3', '#1', '#2', 'need_whistled',   'need:#6', '§own/notice:#3§', 1, '2026-03-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', '2026-03-01T02:00:00+00:00'),
  ('#4', '#2', '#3', 'need_submitted',  'need:#1', '§own/notice:#4§', 1, '2026-03-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', NULL);
INSERT INTO notice_causes (cause_id, account_id, notice_id) VALUES ('#101', '#1', '#1'), ('#102', '#1', '#1');
INSERT INTO invitations (id, batch_id, committee_id, enterprise_id, organisation_id, contact_name, contact, code_hash, open_key, made_by, made_at, ends_at) VALUES
  ('#1', '#1', '#5', '#2', NULL, '§invitation/invitation:#1§', '13800000001', 'h1', 'o1', 'one of chain A', '2026-03-01T01:00:00+00:00', '2026-04-01T01:00:00+00:00'),
  ('#2', '#2', '#6', '#8', NULL, '§invitation/invitation:#2§', '13800000002', 'h2', 'o2', 'one of chain B', '2026-03-01T01:00:00+00:00', '2026-04-01T01:00:00+00:00');
INSERT INTO claims (id, enterprise_id, account_id, evidence, state, open_key, made_at, was_disputed) VALUES
  ('#1', '#1', '#1', '§claim/claim:#1§', 'pending', 'c1', '2026-03-01T01:00:00+00:00', false),
  ('#2', '#8', '#2', '§claim/claim:#2§', 'pending', 'c2', '2026-03-01T01:00:00+00:00', false);
INSERT INTO offer_reservations (id, offer_id, need_id, pairing_id, amount, stage, until, created_at, version) VALUES
  ('#1', '#1', '#1', NULL, 9001, 'reserved', '2026-04-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', 1),
  ('#2', '#4', '#6', NULL, 9002, 'reserved', '2026-04-01T01:00:00+00:00', '2026-03-01T01:00:00+00:00', 1);

-- 4: of a meeting that was published, 8: of one that was not.
INSERT INTO attachments (id, kind, thing_id, place, name, file_kind, size_bytes, sha256, added_by, added_at) VALUES
  ('#1', 'need', '#1', 1, '§attachment/attachment:#1§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000001', 'enterprise e1', '2026-02-20T01:00:00+00:00'),
  ('#2', 'need_answer', '#1', 1, '§attachment/attachment:#2§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000002', 'department_handler u7', '2026-02-20T01:00:00+00:00'),
  ('#3', 'task', '#1', 1, '§attachment/attachment:#3§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000003', 'enterprise e3', '2026-02-20T01:00:00+00:00'),
  ('#4', 'meeting', '#1', 1, '§attachment/attachment:#4§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000004', 'district_host r320612', '2026-02-20T01:00:00+00:00'),
  ('#5', 'need', '#1', 2, '§attachment/attachment:#5§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000005', 'service_liaison e1', '2026-02-20T01:00:00+00:00'),
  ('#6', 'need', '#2', 1, '§attachment/attachment:#6§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000006', 'one of chain A', '2026-02-20T01:00:00+00:00'),
  ('#7', 'need_answer', '#3', 1, '§attachment/attachment:#7§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000007', 'department_handler u13', '2026-02-20T01:00:00+00:00'),
  ('#8', 'meeting', '#4', 1, '§attachment/attachment:#8§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000008', 'one of chain B', '2026-02-20T01:00:00+00:00'),
  ('#9', 'task', '#2', 1, '§attachment/attachment:#9§', 'pdf', 9, '0000000000000000000000000000000000000000000000000000000000000009', 'enterprise e8', '2026-02-20T01:00:00+00:00');
-- Without numbers, so that whoever follows changes begins with the first made here. 104 and 105 are reads.
INSERT INTO audit_rows (id, at, seq, subject, role, action, thing, touches_graph, body, digest, salt, detail) VALUES
  ('#101', '2026-02-28T01:00:00+00:00', NULL, '§!audit_log/audit:#101§', 'committee_secretary', 'TriageNeed', 'need:#1', false, 'committee:#5', 'd', 's', '{"from":"§!audit_log/audit:#101§","before":{"stage":"§!audit_log/audit:#101§"},"after":{"stage":"§!audit_log/audit:#101§"}}'),
  ('#102', '2026-02-28T02:00:00+00:00', NULL, '§!audit_log/audit:#102§', 'enterprise', 'RegisterOffer', 'offer:#1', false, 'enterprise:#2', 'd', NULL, NULL),
  ('#103', '2026-02-28T03:00:00+00:00', NULL, '§!audit_log/audit:#103§', 'district_host', 'PublishEvent', 'event:#1', false, 'region:320612', NULL, NULL, NULL);
INSERT INTO audit_reads (id, at, seq, subject, role, body, things, digest, salt, detail) VALUES
  ('#104', '2026-02-28T04:00:00+00:00', 1, '§!audit_log/audit:#104§', 'coordinator', NULL, '{"need:#1":["body"],"need:#2":["body"]}', 'd', 's', '{"from":"§!audit_log/audit:#104§"}'),
  ('#105', '2026-02-28T05:00:00+00:00', 2, '§!audit_log/audit:#105§', 'auditor', NULL, '{"need:#7":["body"]}', 'd', 's', '{"from":"§!audit_log/audit:#105§"}');
INSERT INTO audit_read_things (thing, at, read_id, seq) VALUES
  ('need:#1', '2026-02-28T04:00:00+00:00', '#104', 1), ('need:#2', '2026-02-28T04:00:00+00:00', '#104', 1), ('need:#7', '2026-02-28T05:00:00+00:00', '#105', 2);
INSERT INTO notice_settings (account_id, email, email_confirmed_at, code_tries, wants_email, quiet_from, quiet_until, quiet_days_off, language, version) VALUES
  ('#1', 'li@example.cn', '2026-03-01T01:00:00+00:00', 0, true, 1260, 480, false, 'zh', 1);
INSERT INTO webhooks (id, account_id, grant_id, label, url, secret, created_at) VALUES
  ('#1', '#1', '#1', '§own/webhook:#1§', 'https://example.cn/hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '2026-03-01T01:00:00+00:00');
INSERT INTO deliveries (id, channel, account_id, webhook_id, state, attempts, first_at, next_at, closed_at, last_error) VALUES
  ('#1', 'mail', '#1', NULL, 'given_up', 1, '2026-03-01T01:00:00+00:00', '2026-03-01T01:10:00+00:00', '2026-03-01T01:10:00+00:00', '§own/delivery:#1§'),
  ('#2', 'webhook', '#1', '#1', 'waiting', 0, '2026-03-01T01:00:00+00:00', '2026-03-01T01:01:00+00:00', NULL, NULL);
INSERT INTO delivery_causes (delivery_id, cause_id, notice_id, kind) VALUES ('#1', '#1', '#1', 'need_accepted'), ('#2', '#1', '#1', 'need_accepted');
