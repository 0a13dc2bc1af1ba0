//! Who may call which server function, typed out from `api.md`.

use atelier_app::api::{
    account::{
        AcceptInvitation, AddKey, AddProject, ChangePassword, DeleteProject, Invite, LimitKey, ListInvitations, ListKeys, ListMembers, LookAtLink,
        MakeResetLink, MyProjects, RemoveMember, RenameProject, RevokeKey, SetRole, SetTheme, SetUp, SetUpPage, ShowInstance, SignIn, SignInPage, SignOut,
        UpdateAccount, UseReset, WithdrawInvitation,
    },
    case::{DeleteCase, ImportCases, KeepCase, ListCases, PutCase},
    cost::{ListBudgets, PutBudget, RemoveBudget, ShowCosts},
    exchange::{ImportPrompts, PreviewImport},
    experiment::{
        ArchiveExperiment, CopyExperiment, DiscardExperiment, KeepBaseline, ListExperiments, PauseExperiment, ShipExperiment, ShowExperiment, ShowHappened,
        ShowSamples, ShowStandings, SplitExperiment, StartExperiment,
        setup::{CreateExperiment, KeepStep, ShowSetup},
    },
    gateway::{CountUser, EmptyCache, EraseUser, SetGateway, ShowGateway, TryRedaction},
    grid::{CompareGrids, FollowGrid, MarkCell, ResumeGrid, ShowCell, ShowGrid, StartGrid, StopGrid},
    model::{AddModel, ListModels, RemoveModel},
    playground::{CompareAnswers, EditAsDraft, KeepMock, OpenBench, Play, ShowAnswer, StopRun},
    prompt::{
        ArchivePrompt, CompareVersions, CreatePrompt, DescribePrompt, DiscardDraft, FindPrompts, KeepDraft, LabelMoves, ListPrompts, MoveLabel, PromptPage,
        PromptUsage, RebaseDraft, RestoreVersion, ReviewDraft, ReviewLabel, SaveVersion, TakeUpdate,
    },
    provider::{CheckProvider, ListPrices, ListProviders, PutProvider, RemovePrice, RemoveProvider, SetPrice},
    request::{ChooseRequests, CountRequests, ListRequests, ShowRequest, TailRequests},
    run::{ListRuns, RunAndWait, ShowRun, ShowWholeRun, StreamRun},
};
use server_fn::ServerFn;

/// What each column hears: a refusal's status, or [`MAY`].
pub type Right = [u16; 8];

pub const MAY: u16 = 0;

pub const NOBODY: usize = 0;
pub const KEY: usize = 1;
pub const VIEWER: usize = 2;
pub const REVIEWER: usize = 3;
pub const EDITOR: usize = 4;
pub const OWNER: usize = 5;
/// An owner, but of another project.
pub const ELSEWHERE: usize = 6;
/// Of the instance, and in no project.
pub const ADMIN: usize = 7;

/// Whose right is a secret that they send, or who asks for nothing of anybody.
pub const ANYONE: Right = [MAY; 8];
/// Their own account.
pub const SIGNED_IN: Right = [401, 401, MAY, MAY, MAY, MAY, MAY, MAY];
/// See prompts, runs; and with whom one is in a project.
pub const SEE: Right = [401, 401, MAY, MAY, MAY, MAY, 404, 404];
/// See requests with their bodies.
pub const SEE_REQUESTS: Right = [401, 401, 403, 403, MAY, MAY, 404, 404];
/// Write prompts; run the playground.
pub const WRITE: Right = [401, 401, 403, 403, MAY, MAY, 404, 404];
/// Label items, comment.
pub const REVIEW: Right = [401, 401, 403, MAY, MAY, MAY, 404, 404];
/// Move a label.
pub const PUBLISH: Right = [401, 401, 403, 403, MAY, MAY, 404, 404];
/// Keys, members, and the project itself.
pub const ADMINISTER: Right = [401, 401, 403, 403, 403, MAY, 404, 404];
/// Add projects and users.
pub const INSTANCE: Right = [401, 401, 403, 403, 403, 403, 403, MAY];

/// Path, who may, the form with names for ids ([`super::stage`]; `$new` is another one each time), and the status where it is done.
pub type Function = (&'static str, Right, &'static str, u16);

pub const FUNCTIONS: &[Function] = &[
    (SignInPage::PATH, ANYONE, "", 200),
    (SignIn::PATH, ANYONE, "email=$email&password=four+plain+words+here", 200),
    (SignOut::PATH, ANYONE, "", 200),
    (SetUpPage::PATH, ANYONE, "", 200),
    // Somebody is here already.
    (SetUp::PATH, ANYONE, "name=Mara&email=mara@new.example&password=four+plain+words+here&project=$new", 409),
    (LookAtLink::PATH, ANYONE, "token=$link", 200),
    (AcceptInvitation::PATH, ANYONE, "token=$link&name=Mara&password=four+plain+words+here", 200),
    (UseReset::PATH, ANYONE, "token=$reset&password=four+plain+words+here", 200),
    (SetTheme::PATH, ANYONE, "theme=dark", 200),
    (MyProjects::PATH, SIGNED_IN, "home=false", 200),
    (UpdateAccount::PATH, SIGNED_IN, "name=Mara", 200),
    (ChangePassword::PATH, SIGNED_IN, "current=four+plain+words+here&password=four+plain+words+here", 200),
    (ShowInstance::PATH, INSTANCE, "", 200),
    (AddProject::PATH, INSTANCE, "project=$new", 200),
    (ListModels::PATH, INSTANCE, "", 200),
    // There is no such file.
    (AddModel::PATH, INSTANCE, "name=x&path=/nowhere/x.gguf", 422),
    (RemoveModel::PATH, INSTANCE, "name=x", 404),
    (MakeResetLink::PATH, INSTANCE, "user=$user", 200),
    (ListMembers::PATH, SEE, "project=$project", 200),
    (RenameProject::PATH, ADMINISTER, "id=$project&project=$new", 200),
    (SetRole::PATH, ADMINISTER, "project=$project&user=$user&role=reviewer", 200),
    (RemoveMember::PATH, ADMINISTER, "project=$project&user=$user", 200),
    (ListInvitations::PATH, ADMINISTER, "project=$project", 200),
    (Invite::PATH, ADMINISTER, "project=$project&email=$new@new.example&role=viewer", 200),
    (WithdrawInvitation::PATH, ADMINISTER, "invitation=$invitation", 200),
    (ListKeys::PATH, ADMINISTER, "project=$project", 200),
    (AddKey::PATH, ADMINISTER, "project=$project&name=CI&scopes[]=read", 200),
    (RevokeKey::PATH, ADMINISTER, "key=$key", 200),
    (LimitKey::PATH, ADMINISTER, "key=$key&rate=60&concurrency=", 200),
    // Not by its name: nothing is deleted.
    (DeleteProject::PATH, ADMINISTER, "project=$project&name=another", 422),
    (ShowGateway::PATH, ADMINISTER, "project=$project", 200),
    (SetGateway::PATH, ADMINISTER, "project=$project&bodies=true&days=30&cache=exact&keep=2&unit=3600&email=true&patterns=EMP-1%0AEMP-2", 200),
    (TryRedaction::PATH, ADMINISTER, "project=$project&sample=a@b.example&email=true&patterns=", 200),
    (EmptyCache::PATH, ADMINISTER, "project=$project", 200),
    (CountUser::PATH, ADMINISTER, "project=$project&user=mara", 200),
    (EraseUser::PATH, ADMINISTER, "project=$project&user=mara", 200),
    (ShowCosts::PATH, SEE, "project=$project&span=7d&by=model", 200),
    (ListBudgets::PATH, SEE, "project=$project", 200),
    (PutBudget::PATH, ADMINISTER, "project=$project&name=$new&per=user&subject=&period=day&limit=1&warn_at=&fresh=true", 200),
    (RemoveBudget::PATH, ADMINISTER, "project=$project&budget=$budget", 200),
    (ListProviders::PATH, ADMINISTER, "project=$project", 200),
    // Nobody listens there: how that went is in the answer.
    (PutProvider::PATH, ADMINISTER, "project=$project&name=next-door&kind=openai&base_url=http://127.0.0.1:9&key=sk-canary&headers=&models=m", 200),
    (CheckProvider::PATH, ADMINISTER, "provider=$provider", 200),
    (RemoveProvider::PATH, ADMINISTER, "provider=$provider", 200),
    (ListPrices::PATH, ADMINISTER, "project=$project&q=mini", 200),
    (SetPrice::PATH, ADMINISTER, "project=$project&model=a/b&input=1&cached=&cache_write=&image=3&output=2&reasoning=&context=", 200),
    (RemovePrice::PATH, ADMINISTER, "project=$project&model=a/b", 200),
    (FindPrompts::PATH, SEE, "project=$project&q=", 200),
    (ListPrompts::PATH, SEE, "project=$project&filter[folder]=&filter[tag]=&filter[q]=&filter[sort]=updated&filter[archived]=false", 200),
    (PromptPage::PATH, SEE, "project=$project&prompt=$prompt", 200),
    (LabelMoves::PATH, SEE, "prompt=$prompt", 200),
    (CreatePrompt::PATH, WRITE, "project=$project&name=$new&kind=text&description=&tags=", 200),
    (PreviewImport::PATH, WRITE, "project=$project&name=a.json&text=%5B%7B%22role%22:%22user%22,%22content%22:%22Hi%22%7D%5D", 200),
    // Nobody has looked at such a plan.
    (ImportPrompts::PATH, WRITE, "project=$project&name=a.json&text=%5B%7B%22role%22:%22user%22,%22content%22:%22Hi%22%7D%5D&plan=", 409),
    (PromptUsage::PATH, SEE, "prompt=$prompt", 200),
    (CompareVersions::PATH, SEE, "project=$project&prompt=$prompt&from=1&to=1&side=false", 200),
    (ReviewLabel::PATH, SEE, "prompt=$prompt&label=production&version=1", 200),
    (ReviewDraft::PATH, SEE, "prompt=$prompt", 200),
    // Nobody has typed anything yet.
    (RebaseDraft::PATH, WRITE, "prompt=$prompt", 404),
    (KeepDraft::PATH, WRITE, "prompt=$prompt&form[base]=1&form[text]=two", 200),
    (DiscardDraft::PATH, WRITE, "prompt=$prompt", 200),
    (RestoreVersion::PATH, WRITE, "prompt=$prompt&version=1", 200),
    (SaveVersion::PATH, WRITE, "prompt=$prompt&seen=1&form[base]=1&form[text]=two", 200),
    // A prompt does not include itself.
    (TakeUpdate::PATH, WRITE, "included=$prompt&prompts[]=$prompt", 422),
    (DescribePrompt::PATH, WRITE, "prompt=$prompt&name=$new&description=&tags=", 200),
    (ArchivePrompt::PATH, WRITE, "prompt=$prompt&archived=true", 200),
    (MoveLabel::PATH, PUBLISH, "prompt=$prompt&label=production&version=1&sure=yes", 200),
    (OpenBench::PATH, SEE, "project=$project&prompt=$prompt&versions[]=1", 200),
    // A column that cannot start says so in the stream.
    (Play::PATH, WRITE, "prompt=$prompt&columns=%5B%7B%22at%22:0,%22version%22:1%7D%5D&repeats=1&values[x]=y", 200),
    (StopRun::PATH, WRITE, "run=$run", 200),
    (ShowAnswer::PATH, SEE, "run=$run&look=markdown", 200),
    (CompareAnswers::PATH, SEE, "from=$run&to=$run", 200),
    (EditAsDraft::PATH, WRITE, "prompt=$prompt&version=1&contents[]=two", 200),
    (KeepMock::PATH, WRITE, "prompt=$prompt&tool=find&answer=x", 200),
    (ListCases::PATH, SEE, "project=$project&prompt=$prompt", 200),
    (PutCase::PATH, WRITE, "prompt=$prompt&case=$case&values[x]=z&expected=z", 200),
    (DeleteCase::PATH, WRITE, "case=$case", 200),
    (ImportCases::PATH, WRITE, "prompt=$prompt&text=x%0Ay", 200),
    (KeepCase::PATH, WRITE, "run=$run&expected=true", 200),
    (ShowGrid::PATH, SEE, "project=$project&grid=$grid", 200),
    (FollowGrid::PATH, SEE, "grid=$grid&since=0", 200),
    (StartGrid::PATH, WRITE, "prompt=$prompt&cols=1&concurrency=1&budget=1", 200),
    (StopGrid::PATH, WRITE, "grid=$grid", 200),
    (ResumeGrid::PATH, WRITE, "grid=$grid&failed=false", 200),
    (MarkCell::PATH, REVIEW, "grid=$grid&row=0&column=0&mark=up&note=x", 200),
    (ShowCell::PATH, SEE, "grid=$grid&row=0&column=0", 200),
    (CompareGrids::PATH, SEE, "project=$project&from=$grid&to=$grid&a=0&b=0", 200),
    // There is no model behind these tests.
    (StreamRun::PATH, WRITE, "prompt=$prompt&version=1&values[x]=y", 502),
    (RunAndWait::PATH, WRITE, "prompt=$prompt&version=1&values[x]=y", 502),
    (ListRuns::PATH, SEE, "project=$project&prompt=$prompt", 200),
    (ShowRun::PATH, SEE, "project=$project&run=$run", 200),
    (ShowWholeRun::PATH, SEE, "project=$project&run=$run", 200),
    (ListRequests::PATH, SEE_REQUESTS, "project=$project&query[q]=lamp&query[outcome]=answered", 200),
    (CountRequests::PATH, SEE_REQUESTS, "project=$project&query[within]=1h", 200),
    (TailRequests::PATH, SEE_REQUESTS, "project=$project&query[q]=&place=0", 200),
    (ChooseRequests::PATH, SEE_REQUESTS, "project=$project", 200),
    (ShowRequest::PATH, SEE_REQUESTS, "project=$project&request=$asked", 200),
    (ListExperiments::PATH, SEE, "project=$project&state=running", 200),
    (ShowExperiment::PATH, SEE, "project=$project&experiment=$test", 200),
    (ShowStandings::PATH, SEE, "project=$project&experiment=$test", 200),
    (ShowHappened::PATH, SEE, "project=$project&experiment=$test", 200),
    (ShowSamples::PATH, SEE_REQUESTS, "project=$project&experiment=$test", 200),
    (CreateExperiment::PATH, WRITE, "project=$project&key=$new&name=&hypothesis=", 200),
    (ShowSetup::PATH, WRITE, "project=$project&experiment=$draft&step=review", 200),
    (KeepStep::PATH, WRITE, "project=$project&experiment=$draft&step=idea&then=next&form[name]=Warmer", 200),
    (CopyExperiment::PATH, WRITE, "project=$project&experiment=$test&key=$new", 200),
    (DiscardExperiment::PATH, WRITE, "project=$project&experiment=$draft", 200),
    (StartExperiment::PATH, PUBLISH, "project=$project&experiment=$draft&confirmed=true", 200),
    (PauseExperiment::PATH, PUBLISH, "project=$project&experiment=$test", 200),
    (SplitExperiment::PATH, PUBLISH, "project=$project&experiment=$test&form[weights][0]=40&form[weights][1]=60&form[traffic]=100", 200),
    (ShipExperiment::PATH, PUBLISH, "project=$project&experiment=$test&variant=b&label=production&expected=0&sure=yes", 200),
    (KeepBaseline::PATH, PUBLISH, "project=$project&experiment=$test", 200),
    // It runs.
    (ArchiveExperiment::PATH, PUBLISH, "project=$project&experiment=$test", 409),
];
